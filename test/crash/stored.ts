import BetterSqlite from 'better-sqlite3';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

export interface StoredJob {
  readonly job_id: string;
  readonly file_id: string;
  readonly status: string;
  readonly result: string | null;
}

export interface FileOnRecord {
  readonly file_id: string;
  readonly blob_key: string;
  readonly filename: string;
  readonly sha256: string;
}

export interface StoredTask {
  readonly id: string;
  readonly kind: string;
  readonly attempt: number;
  readonly lease: string | null;
  readonly due_at: number | null;
}

export interface StoredReport {
  readonly report_id: string;
  readonly status: string;
  readonly blob_key: string | null;
  readonly mail_id: string | null;
}

/** What lies in a data directory, past the service: its rows, and its files on disk. */
export interface Stored {
  readonly files: readonly FileOnRecord[];
  readonly jobs: readonly StoredJob[];
  readonly tasks: readonly StoredTask[];
  readonly reports: readonly StoredReport[];
  /** SHA-256 of the bytes on disk by blob key. */
  readonly blobs: ReadonlyMap<string, string>;
  /** Files that were begun and not ended. */
  readonly unfinished: readonly string[];
  /** Files of resumable uploads that are not finished. */
  readonly growing: readonly string[];
}

/** Reads everything; nothing may be swept or purged meanwhile. */
export function readStored(dataDir: string): Stored {
  return withDatabase(dataDir, (database) => {
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
    return {
      files: database.prepare<[], FileOnRecord>('select * from files').all(),
      jobs: database.prepare<[], StoredJob>('select * from jobs').all(),
      tasks: database.prepare<[], StoredTask>('select * from tasks').all(),
      reports: database.prepare<[], StoredReport>('select * from reports').all(),
      blobs: new Map(blobPaths(dataDir).map(([key, path]) => [key, digest(path)])),
      unfinished: unfinishedPaths(dataDir),
      growing: filesBelow(join(dataDir, 'files', 'growing')),
    };
  });
}

/** Whether nothing lies on disk that no row owns. */
export function isSwept(dataDir: string): boolean {
  const owned = withDatabase(dataDir, (database) =>
    database.prepare<[], string>('select blob_key from files').pluck().all(),
  );
  const keys = new Set(owned);
  return unfinishedPaths(dataDir).length === 0 && blobPaths(dataDir).every(([key]) => keys.has(key));
}

function withDatabase<T>(dataDir: string, read: (database: BetterSqlite.Database) => T): T {
  const database = new BetterSqlite(join(dataDir, 'filemill.sqlite'), { readonly: true });
  try {
    return read(database);
  } finally {
    database.close();
  }
}

function unfinishedPaths(dataDir: string): string[] {
  return filesBelow(join(dataDir, 'files', 'unfinished'));
}

function blobPaths(dataDir: string): [key: string, path: string][] {
  const root = join(dataDir, 'files', 'blobs');
  return filesBelow(root).map((path) => [relative(root, path), path]);
}

function digest(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

function filesBelow(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
