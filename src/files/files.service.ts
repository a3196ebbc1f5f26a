import { Injectable } from '@nestjs/common';
import type { Readable } from 'node:stream';
import type { Queries } from '../platform/database/database';
import type { Owner } from '../platform/http/caller.decorator';
import type { Page } from '../platform/http/page.dto';
import { BlobStore, type ByteRange } from '../platform/storage/blob-store';
import { readIntact } from '../platform/storage/intact-bytes';
import { FileNotFound } from './files.errors';
import { FilesRepository, type FileFilter, type StoredFile } from './files.repository';

/** What callers do with stored files. */
@Injectable()
export class FilesService {
  constructor(
    private readonly files: FilesRepository,
    private readonly blobs: BlobStore,
  ) {}

  list(owner: Owner, filter: FileFilter): Promise<Page<StoredFile>> {
    return this.files.list(owner, filter);
  }

  /** As committed, or as the transaction of `queries` sees it. @throws FileNotFound */
  async get(owner: Owner, fileId: string, queries?: Queries): Promise<StoredFile> {
    const file = await this.files.find(owner, fileId, queries);
    if (!file) throw new FileNotFound(fileId);
    return file;
  }

  /**
   * The bytes of a file, or those of `range`. If they turn out not to be what was stored, the stream fails
   * before its end.
   *
   * @throws BlobMissing when the blob is gone or has another size
   */
  read(file: StoredFile, range?: ByteRange): Promise<Readable> {
    return readIntact(this.blobs, file, range);
  }
}
