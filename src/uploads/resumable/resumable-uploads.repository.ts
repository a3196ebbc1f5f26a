import { Injectable } from '@nestjs/common';
import type { Updateable } from 'kysely';
import { FilesRepository } from '../../files/files.repository';
import { Database, type Alongside, type Migrations, type Queries } from '../../platform/database/database';
import type { Owner } from '../../platform/http/caller.decorator';
import { BlobOwner } from '../../platform/storage/blob-owner';
import { RESUMED_ORIGINALS, uploadIdOf, type ResumableUpload } from './resumable-upload';
import type { UploadMetadata } from './upload-metadata';

interface ResumableUploadRow {
  upload_id: string;
  owner: string;
  metadata: string;
  size_bytes: number | null;
  created_at: number;
  expires_at: number;
  unverified_from: number | null;
  job_id: string | null;
}

declare module '../../platform/database/database' {
  interface Tables {
    resumable_uploads: ResumableUploadRow;
  }
}

export const resumableUploadMigrations: Migrations = {
  '0007-resumable-uploads': {
    async up(db) {
      await db.schema
        .createTable('resumable_uploads')
        .addColumn('upload_id', 'text', (column) => column.primaryKey())
        .addColumn('owner', 'text', (column) => column.notNull())
        .addColumn('metadata', 'text', (column) => column.notNull())
        .addColumn('size_bytes', 'bigint')
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('expires_at', 'bigint', (column) => column.notNull())
        .addColumn('unverified_from', 'bigint')
        .addColumn('job_id', 'text')
        .execute();
      await db.schema
        .createIndex('resumable_uploads_by_expiry')
        .on('resumable_uploads')
        .column('expires_at')
        .execute();
    },
  },
};

/** What may change while an upload is unfinished. */
export type UploadChange = Pick<
  Updateable<ResumableUploadRow>,
  'size_bytes' | 'expires_at' | 'unverified_from'
>;

/** The rows of resumable uploads. Every write is conditional: it changes unfinished uploads only. */
@Injectable()
export class ResumableUploadsRepository extends BlobOwner {
  override readonly prefix = RESUMED_ORIGINALS;

  constructor(
    private readonly database: Database,
    private readonly files: FilesRepository,
  ) {
    super();
  }

  async insert(upload: ResumableUpload, alongside: Alongside<ResumableUpload>): Promise<void> {
    await this.database.transaction(async (queries) => {
      await queries.insertInto('resumable_uploads').values(toRow(upload)).execute();
      await alongside(queries, upload);
    });
  }

  async find(owner: Owner, uploadId: string): Promise<ResumableUpload | undefined> {
    const row = await this.database.committed
      .selectFrom('resumable_uploads')
      .selectAll()
      .where('upload_id', '=', uploadId)
      .where('owner', '=', owner)
      .executeTakeFirst();
    return row && toUpload(row);
  }

  /** False when it is finished or gone. */
  async change(uploadId: string, change: UploadChange): Promise<boolean> {
    return this.database.transaction((queries) => this.update(queries, uploadId, change));
  }

  /** False when somebody else has finished it, or it is gone. */
  async finish(queries: Queries, uploadId: string, jobId: string, expiresAt: number): Promise<boolean> {
    return this.update(queries, uploadId, { job_id: jobId, expires_at: expiresAt });
  }

  /** Removes an unfinished upload. False when it is finished or gone. */
  async removeUnfinished(uploadId: string): Promise<boolean> {
    const { numDeletedRows } = await this.database.transaction((queries) =>
      queries
        .deleteFrom('resumable_uploads')
        .where('upload_id', '=', uploadId)
        .where('job_id', 'is', null)
        .executeTakeFirst(),
    );
    return numDeletedRows > 0n;
  }

  /** Forgets the finished uploads that expired before `now`. Their files stay. */
  async forgetFinished(now: number): Promise<void> {
    await this.database.transaction((queries) =>
      queries
        .deleteFrom('resumable_uploads')
        .where('expires_at', '<=', now)
        .where('job_id', 'is not', null)
        .execute(),
    );
  }

  /** Unfinished uploads in the order of their ids, those after `after`. */
  async unfinished(after: string, limit: number): Promise<ResumableUpload[]> {
    const rows = await this.database.committed
      .selectFrom('resumable_uploads')
      .selectAll()
      .where('job_id', 'is', null)
      .where('upload_id', '>', after)
      .orderBy('upload_id')
      .limit(limit)
      .execute();
    return rows.map(toUpload);
  }

  async unfinishedOf(owner: Owner): Promise<ResumableUpload[]> {
    const rows = await this.database.committed
      .selectFrom('resumable_uploads')
      .selectAll()
      .where('job_id', 'is', null)
      .where('owner', '=', owner)
      .execute();
    return rows.map(toUpload);
  }

  /** Forgets the finished uploads of an owner. */
  async forgetFinishedOf(owner: Owner): Promise<void> {
    await this.database.transaction((queries) =>
      queries
        .deleteFrom('resumable_uploads')
        .where('owner', '=', owner)
        .where('job_id', 'is not', null)
        .execute(),
    );
  }

  /** Of these ids, those of unfinished uploads. */
  async unfinishedAmong(uploadIds: readonly string[]): Promise<Set<string>> {
    if (uploadIds.length === 0) return new Set();
    const rows = await this.database.committed
      .selectFrom('resumable_uploads')
      .select('upload_id')
      .where('upload_id', 'in', uploadIds)
      .where('job_id', 'is', null)
      .execute();
    return new Set(rows.map(({ upload_id }) => upload_id));
  }

  /** An upload has its blob before it has a file: between the two it is the upload's. */
  override async ownedBlobs(keys: readonly string[]): Promise<Set<string>> {
    const unfinished = await this.unfinishedAmong(keys.map(uploadIdOf));
    // Asked second: an upload that is finished in between is found as a file.
    const stored = await this.files.ownedBlobs(keys);
    return new Set(keys.filter((key) => stored.has(key) || unfinished.has(uploadIdOf(key))));
  }

  private async update(
    queries: Queries,
    uploadId: string,
    change: Updateable<ResumableUploadRow>,
  ): Promise<boolean> {
    const { numUpdatedRows } = await queries
      .updateTable('resumable_uploads')
      .set(change)
      .where('upload_id', '=', uploadId)
      .where('job_id', 'is', null)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }
}

function toRow(upload: ResumableUpload): ResumableUploadRow {
  return {
    upload_id: upload.uploadId,
    owner: upload.owner,
    metadata: JSON.stringify(upload.metadata),
    size_bytes: upload.sizeBytes,
    created_at: upload.createdAt,
    expires_at: upload.expiresAt,
    unverified_from: upload.unverifiedFrom,
    job_id: upload.jobId,
  };
}

function toUpload(row: ResumableUploadRow): ResumableUpload {
  return {
    uploadId: row.upload_id,
    owner: row.owner,
    metadata: JSON.parse(row.metadata) as UploadMetadata,
    sizeBytes: row.size_bytes,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    unverifiedFrom: row.unverified_from,
    jobId: row.job_id,
  };
}
