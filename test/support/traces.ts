import { Database } from '@app/platform/database/database';
import { readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { TestApp } from './app';

/** What a service keeps: its files by path below the data directory, its rows by table. */
export interface Traces {
  readonly blobs: string[];
  readonly unfinished: string[];
  readonly files: number;
  readonly tags: number;
  readonly jobs: number;
  readonly tasks: number;
}

export const NOTHING: Traces = { blobs: [], unfinished: [], files: 0, tags: 0, jobs: 0, tasks: 0 };

export async function traces({ app, dataDir }: TestApp): Promise<Traces> {
  const { committed } = app.get(Database);
  const count = async (table: 'files' | 'file_tags' | 'jobs' | 'tasks') => {
    const query = committed.selectFrom(table).select((eb) => eb.fn.countAll<number>().as('count'));
    return (await query.executeTakeFirstOrThrow()).count;
  };
  return {
    blobs: filesBelow(join(dataDir, 'files', 'blobs')),
    unfinished: filesBelow(join(dataDir, 'files', 'unfinished')),
    files: await count('files'),
    tags: await count('file_tags'),
    jobs: await count('jobs'),
    tasks: await count('tasks'),
  };
}

function filesBelow(directory: string): string[] {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}

/** Files, sockets and pipes that this process has open. */
export function openDescriptors(): number {
  return readdirSync('/proc/self/fd').length;
}

/** Paths of the files below a directory that this process has open. */
export function openFiles(directory: string): string[] {
  const targets = readdirSync('/proc/self/fd').map((descriptor) => targetOf(descriptor));
  return targets.filter((target) => target.startsWith(directory));
}

function targetOf(descriptor: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    return ''; // closed meanwhile
  }
}
