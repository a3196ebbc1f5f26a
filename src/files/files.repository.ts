import { Injectable } from '@nestjs/common';
import { Database, type Migrations, type Queries } from '../platform/database/database';
import { contains } from '../platform/database/like';
import type { Owner } from '../platform/http/caller.decorator';
import { BlobOwner } from '../platform/storage/blob-owner';
import { toPage, type Page } from '../platform/http/page.dto';

/** A stored original with what its uploader said about it. Immutable. */
export interface StoredFile {
  readonly fileId: string;
  readonly owner: Owner;
  readonly blobKey: string;
  readonly filename: string;
  readonly contentType: string;
  readonly sizeBytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly description: string | null;
  readonly category: string | null;
  readonly tags: readonly string[];
  /** Milliseconds since the Unix epoch. */
  readonly uploadedAt: number;
}

export interface FileFilter {
  readonly category?: string;
  readonly tag?: string;
  /** Part of the name, whatever its case. */
  readonly filename?: string;
  readonly limit: number;
  readonly cursor?: string;
}

interface FileRow {
  file_id: string;
  owner: string;
  blob_key: string;
  filename: string;
  content_type: string;
  size_bytes: number;
  sha256: string;
  description: string | null;
  category: string | null;
  tags: string;
  uploaded_at: number;
}

declare module '../platform/database/database' {
  interface Tables {
    files: FileRow;
    /** The index of `files.tags`. */
    file_tags: { file_id: string; tag: string };
  }
}

export const fileMigrations: Migrations = {
  '0002-files': {
    async up(db) {
      await db.schema
        .createTable('files')
        .addColumn('file_id', 'text', (column) => column.primaryKey())
        .addColumn('owner', 'text', (column) => column.notNull())
        .addColumn('blob_key', 'text', (column) => column.notNull().unique())
        .addColumn('filename', 'text', (column) => column.notNull())
        .addColumn('content_type', 'text', (column) => column.notNull())
        .addColumn('size_bytes', 'bigint', (column) => column.notNull())
        .addColumn('sha256', 'text', (column) => column.notNull())
        .addColumn('description', 'text')
        .addColumn('category', 'text')
        .addColumn('tags', 'text', (column) => column.notNull())
        .addColumn('uploaded_at', 'bigint', (column) => column.notNull())
        .execute();
      await db.schema.createIndex('files_by_owner').on('files').columns(['owner', 'file_id']).execute();
      await db.schema
        .createTable('file_tags')
        .addColumn('file_id', 'text', (column) =>
          column.notNull().references('files.file_id').onDelete('cascade'),
        )
        .addColumn('tag', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('file_tags_key', ['file_id', 'tag'])
        .execute();
    },
  },
};

/** First part of the keys of originals. */
export const ORIGINALS = 'originals';

@Injectable()
export class FilesRepository extends BlobOwner {
  override readonly prefix = ORIGINALS;

  constructor(private readonly database: Database) {
    super();
  }

  async insert(queries: Queries, file: StoredFile): Promise<void> {
    await queries.insertInto('files').values(toRow(file)).execute();
    if (file.tags.length === 0) return;
    const tags = file.tags.map((tag) => ({ file_id: file.fileId, tag }));
    await queries.insertInto('file_tags').values(tags).execute();
  }

  async find(
    owner: Owner,
    fileId: string,
    queries: Queries = this.database.committed,
  ): Promise<StoredFile | undefined> {
    const row = await queries
      .selectFrom('files')
      .selectAll()
      .where('file_id', '=', fileId)
      .where('owner', '=', owner)
      .executeTakeFirst();
    return row && toFile(row);
  }

  /** Newest first. */
  async list(
    owner: Owner,
    { category, tag, filename, limit, cursor }: FileFilter,
  ): Promise<Page<StoredFile>> {
    let query = this.database.committed.selectFrom('files').selectAll().where('owner', '=', owner);
    if (cursor !== undefined) query = query.where('file_id', '<', cursor);
    if (category !== undefined) query = query.where('category', '=', category);
    if (filename !== undefined) query = query.where((eb) => contains(eb.ref('filename'), filename));
    if (tag !== undefined)
      query = query.where('file_id', 'in', (eb) =>
        eb
          .selectFrom('file_tags')
          .select('file_id')
          .where('tag', '=', tag)
          .whereRef('file_tags.file_id', '=', 'files.file_id'),
      );
    const rows = await query
      .orderBy('file_id', 'desc')
      .limit(limit + 1)
      .execute();
    return toPage(rows.map(toFile), limit, ({ fileId }) => fileId);
  }

  override async ownedBlobs(keys: readonly string[]): Promise<Set<string>> {
    if (keys.length === 0) return new Set();
    const rows = await this.database.committed
      .selectFrom('files')
      .select('blob_key')
      .where('blob_key', 'in', keys)
      .execute();
    return new Set(rows.map(({ blob_key }) => blob_key));
  }
}

function toRow(file: StoredFile): FileRow {
  return {
    file_id: file.fileId,
    owner: file.owner,
    blob_key: file.blobKey,
    filename: file.filename,
    content_type: file.contentType,
    size_bytes: file.sizeBytes,
    sha256: file.sha256,
    description: file.description,
    category: file.category,
    tags: JSON.stringify(file.tags),
    uploaded_at: file.uploadedAt,
  };
}

function toFile(row: FileRow): StoredFile {
  return {
    fileId: row.file_id,
    owner: row.owner,
    blobKey: row.blob_key,
    filename: row.filename,
    contentType: row.content_type,
    sizeBytes: row.size_bytes,
    sha256: row.sha256,
    description: row.description,
    category: row.category,
    tags: JSON.parse(row.tags) as string[],
    uploadedAt: row.uploaded_at,
  };
}
