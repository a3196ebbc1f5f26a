import type { Queries } from '../platform/database/database';
import type { Owner } from '../platform/http/caller.decorator';

/** So many are looked at one by one; what more files have is soon met on the way along all of them. */
export const FEW = 500;

/**
 * The files of an owner with this tag, or else of this category; undefined when more than {@link FEW} have what is asked
 * for, or nothing is.
 */
export async function fewFiles(
  queries: Queries,
  owner: Owner,
  { tag, category }: { readonly tag?: string; readonly category?: string },
): Promise<string[] | undefined> {
  const ofTag = queries.selectFrom('file_tags').select('file_id').where('owner', '=', owner);
  const ofCategory = queries.selectFrom('files').select('file_id').where('owner', '=', owner);
  const questions = [
    ...(tag === undefined
      ? []
      : [
          () =>
            ofTag
              .where('tag', '=', tag)
              .limit(FEW + 1)
              .execute(),
        ]),
    ...(category === undefined
      ? []
      : [
          () =>
            ofCategory
              .where('category', '=', category)
              .limit(FEW + 1)
              .execute(),
        ]),
  ];
  for (const ask of questions) {
    const rows = await ask();
    if (rows.length <= FEW) return rows.map(({ file_id }) => file_id);
  }
  return undefined;
}
