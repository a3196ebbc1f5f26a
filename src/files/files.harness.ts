import { Settings } from '../platform/config/settings';
import type { Database } from '../platform/database/database';
import { FilesRepository, type StoredFile } from './files.repository';
import { OwnerUsage } from './owner-usage';

/** The files of a database, with the quotas of `settings`: none by default. */
export function filesOf(database: Database, settings: Partial<Settings> = {}): FilesRepository {
  return new FilesRepository(database, new OwnerUsage(database, { ...new Settings(), ...settings }));
}

/** A file of Ann's, but for what a test says. */
export function storedFile(changes: Partial<StoredFile> = {}): StoredFile {
  return {
    fileId: 'file',
    owner: 'ann',
    blobKey: 'key',
    filename: 'a.txt',
    contentType: 'text/plain',
    sizeBytes: 1,
    sha256: 'x',
    description: null,
    category: null,
    tags: [],
    uploadedAt: 0,
    expiresAt: null,
    ...changes,
  };
}
