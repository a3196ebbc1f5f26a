import { DATABASE_FILE } from '@app/platform/database/sqlite.database';
import { Database } from '@app/platform/database/database';
import { isPostgres } from '@app/platform/database/dialect';
import { sql } from 'kysely';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { TestApp } from './app';
import { storedFiles, type GrowingFile } from './stored-files';

/** What a service keeps: its files by key, its rows by table. */
export interface Traces {
  readonly blobs: string[];
  readonly unfinished: string[];
  /** Of resumable uploads that are not finished. */
  readonly growing: GrowingFile[];
  readonly files: number;
  readonly tags: number;
  readonly jobs: number;
  readonly tasks: number;
}

export const NOTHING: Traces = {
  blobs: [],
  unfinished: [],
  growing: [],
  files: 0,
  tags: 0,
  jobs: 0,
  tasks: 0,
};

/** The files right in the data directory, the database among them, or else its rows, as they are kept. */
export async function everythingStored({ app, dataDir }: TestApp): Promise<Buffer> {
  const files = readdirSync(dataDir, { withFileTypes: true }).filter((entry) => entry.isFile());
  const contents = files.map(({ name }) => readFileSync(join(dataDir, name)));
  const { committed } = app.get(Database);
  if (!isPostgres(committed)) return Buffer.concat(contents);
  const rows = sql<{ xml: string }>`select schema_to_xml(current_schema(), true, true, '') as xml`;
  const [{ xml }] = (await rows.execute(committed)).rows;
  return Buffer.concat([...contents, Buffer.from(xml)]);
}

export async function traces(service: TestApp): Promise<Traces> {
  const files = storedFiles(service);
  const { committed } = service.app.get(Database);
  const count = async (table: 'files' | 'file_tags' | 'jobs' | 'tasks') => {
    const query = committed.selectFrom(table).select((eb) => eb.fn.countAll<number>().as('count'));
    return (await query.executeTakeFirstOrThrow()).count;
  };
  return {
    blobs: await files.blobs(),
    unfinished: await files.unfinished(),
    growing: await files.growing(),
    files: await count('files'),
    tags: await count('file_tags'),
    jobs: await count('jobs'),
    tasks: await count('tasks'),
  };
}

/**
 * Files, sockets and pipes that this process has open; without the database, which a thread opens when there is much to
 * move, and what threads wait on.
 */
export function openDescriptors(): number {
  return openPaths().filter((path) => !path.startsWith('anon_inode:') && !path.includes(DATABASE_FILE))
    .length;
}

/** Paths of the files below a directory that this process has open. */
export function openFiles(directory: string): string[] {
  return openPaths().filter((path) => path.startsWith(directory));
}

function openPaths(): string[] {
  return readdirSync('/proc/self/fd').map((descriptor) => targetOf(descriptor));
}

function targetOf(descriptor: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    return ''; // closed meanwhile
  }
}

/** The same without the tasks, which come and go while jobs are processed. */
export async function stored(service: TestApp): Promise<Omit<Traces, 'tasks'>> {
  const { tasks: _, ...rest } = await traces(service);
  return rest;
}
