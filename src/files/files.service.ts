import { Injectable } from '@nestjs/common';
import type { Readable } from 'node:stream';
import type { Owner } from '../platform/http/caller.decorator';
import type { Page } from '../platform/http/page.dto';
import { BlobStore, type ByteRange } from '../platform/storage/blob-store';
import { BlobMissing } from '../platform/storage/storage.errors';
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

  /** @throws FileNotFound */
  async get(owner: Owner, fileId: string): Promise<StoredFile> {
    const file = await this.files.find(owner, fileId);
    if (!file) throw new FileNotFound(fileId);
    return file;
  }

  /** The bytes of a file, or those of `range`. @throws BlobMissing when they are not what was stored */
  async read({ blobKey, sizeBytes }: StoredFile, range?: ByteRange): Promise<Readable> {
    if ((await this.blobs.size(blobKey)) !== sizeBytes) throw new BlobMissing();
    return this.blobs.read(blobKey, range);
  }
}
