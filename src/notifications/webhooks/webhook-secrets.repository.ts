import { Injectable } from '@nestjs/common';
import { DAY_MS } from '../../platform/clock/durations';
import { Database, type Queries } from '../../platform/database/database';
import type { Owner } from '../../platform/http/caller.decorator';
import { newSecret } from './signature';

/** How long the secret before the current one is good: time to tell every receiver the new one. */
export const OVERLAP_MS = DAY_MS;
/** How many are good beside the current one: each adds to a header of every message. */
const MOST_BEFORE = 5;

/** Secrets of endpoints, and of the callbacks of each owner: the current one, and for a while those before. */
@Injectable()
export class WebhookSecretsRepository {
  constructor(private readonly database: Database) {}

  /** Those to sign with, the current one first. One that nobody was told is made when there is none. */
  async valid(owner: Owner, holder: string, now: number): Promise<string[]> {
    const found = await this.find(holder, now);
    if (found.length > 0) return found;
    return this.database.transaction(async (queries) => {
      const meanwhile = await this.find(holder, now, queries);
      if (meanwhile.length > 0) return meanwhile;
      const secret = newSecret();
      await this.insert(queries, owner, holder, secret);
      return [secret];
    });
  }

  /**
   * A new current one. What was current is good for {@link OVERLAP_MS} more, and what was so before for as long as it
   * was told: receivers may have either. No more than {@link MOST_BEFORE} are good beside it.
   */
  async rotate(queries: Queries, owner: Owner, holder: string, now: number): Promise<string> {
    const secret = newSecret();
    await queries
      .updateTable('webhook_secrets')
      .set({ valid_until: now + OVERLAP_MS })
      .where('holder', '=', holder)
      .where('valid_until', 'is', null)
      .execute();
    const good = [secret, ...(await this.find(holder, now, queries)).slice(0, MOST_BEFORE)];
    await queries
      .deleteFrom('webhook_secrets')
      .where('holder', '=', holder)
      .where('secret', 'not in', good)
      .execute();
    await this.insert(queries, owner, holder, secret);
    return secret;
  }

  async removeOf(queries: Queries, holder: string): Promise<void> {
    await queries.deleteFrom('webhook_secrets').where('holder', '=', holder).execute();
  }

  async removeAll(queries: Queries, owner: Owner): Promise<void> {
    await queries.deleteFrom('webhook_secrets').where('owner', '=', owner).execute();
  }

  private async find(
    holder: string,
    now: number,
    queries: Queries = this.database.committed,
  ): Promise<string[]> {
    const rows = await queries
      .selectFrom('webhook_secrets')
      .select(['secret', 'valid_until'])
      .where('holder', '=', holder)
      .execute();
    const valid = rows.filter(({ valid_until }) => valid_until === null || valid_until > now);
    return valid
      .toSorted((a, b) => (b.valid_until ?? Infinity) - (a.valid_until ?? Infinity))
      .map(({ secret }) => secret);
  }

  private async insert(queries: Queries, owner: Owner, holder: string, secret: string): Promise<void> {
    await queries
      .insertInto('webhook_secrets')
      .values({ owner, holder, secret, valid_until: null })
      .execute();
  }
}
