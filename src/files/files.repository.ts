import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { Database, type Migrations, type Queries } from '../platform/database/database';
import { contains } from '../platform/database/like';
import { statement } from '../platform/database/statement';
import type { Owner } from '../platform/http/caller.decorator';
import { BlobOwner } from '../platform/storage/blob-owner';
import { toPage, type Page } from '../platform/http/page.dto';
import { OwnerUsage, usageMigrations } from './owner-usage';

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
  /** When it is deleted, ms since the Unix epoch; null for never. */
  readonly expiresAt: number | null;
}

/** What is known of the bytes of a file once they are there. */
export type StoredBytes = Pick<StoredFile, 'filename' | 'blobKey' | 'contentType' | 'sizeBytes' | 'sha256'>;

/** A file whose bytes are still to come; nobody but its job sees it. */
export type AnnouncedFile = Omit<StoredFile, 'blobKey' | 'contentType' | 'sizeBytes' | 'sha256'>;

export interface FileFilter {
  readonly category?: string;
  readonly tag?: string;
  /** Part of the name, whatever its case. */
  readonly filename?: string;
  readonly limit: number;
  readonly cursor?: string;
}

/** The bytes, and what is known of them, are null as long as they are still to come. */
interface FileRow {
  file_id: string;
  owner: string;
  blob_key: string | null;
  filename: string;
  content_type: string | null;
  size_bytes: number | null;
  sha256: string | null;
  description: string | null;
  category: string | null;
  tags: string;
  uploaded_at: number;
  expires_at: number | null;
}

declare module '../platform/database/database' {
  interface Tables {
    files: FileRow;
    /** The index of `files.tags`; the owner is that of the file. */
    file_tags: { file_id: string; tag: string; owner: string };
  }
}

export const fileMigrations: Migrations = {
  '0002-files': {
    async up(db) {
      await db.schema
        .createTable('files')
        .addColumn('file_id', 'text', (column) => column.primaryKey())
        .addColumn('owner', 'text', (column) => column.notNull())
        .addColumn('blob_key', 'text', (column) => column.unique())
        .addColumn('filename', 'text', (column) => column.notNull())
        .addColumn('content_type', 'text')
        .addColumn('size_bytes', 'bigint')
        .addColumn('sha256', 'text')
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
  '0009-file-expiry': {
    async up(db) {
      await db.schema.alterTable('files').addColumn('expires_at', 'bigint').execute();
    },
  },
  '0054-rare-tags': {
    async up(db) {
      await db.schema
        .alterTable('file_tags')
        .addColumn('owner', 'text', (column) => column.notNull().defaultTo(''))
        .execute();
      await sql`
        update file_tags set owner = (select owner from files where files.file_id = file_tags.file_id)`.execute(
        db,
      );
      await db.schema
        .createIndex('file_tags_by_owner')
        .on('file_tags')
        .columns(['owner', 'tag', 'file_id'])
        .execute();
      await db.schema
        .createIndex('files_by_category')
        .on('files')
        .columns(['owner', 'category', 'file_id'])
        .where('category', 'is not', null)
        .execute();
    },
  },
  ...usageMigrations,
};

const insertFile = statement((queries, row: FileRow) => queries.insertInto('files').values(row));

/** `keep`: nobody may delete it before the transaction has ended. */
const findFile = statement((queries, given: { fileId: string; owner: Owner; keep?: true }) => {
  const { fileId, owner, keep } = given;
  const query = queries
    .selectFrom('files')
    .selectAll()
    .where('file_id', '=', fileId)
    .where('owner', '=', owner)
    .where('blob_key', 'is not', null);
  return keep ? query.forKeyShare() : query;
});

/** First part of the keys of originals. */
export const ORIGINALS = 'originals';

@Injectable()
export class FilesRepository extends BlobOwner {
  override readonly prefix = ORIGINALS;

  constructor(
    private readonly database: Database,
    private readonly usage: OwnerUsage,
  ) {
    super();
  }

  /** Adds a file, stored or only announced. @throws QuotaExceeded, having changed nothing */
  async insert(queries: Queries, file: AnnouncedFile & Partial<StoredFile>): Promise<void> {
    await this.usage.take(queries, file.owner, { bytes: file.sizeBytes ?? 0, files: 1 });
    await insertFile(queries, toRow(file));
    if (file.tags.length === 0) return;
    const tags = file.tags.map((tag) => ({ file_id: file.fileId, tag, owner: file.owner }));
    await queries.insertInto('file_tags').values(tags).execute();
  }

  /**
   * The bytes of an announced file are there.
   *
   * @returns whether it was still waiting for them
   * @throws QuotaExceeded
   */
  async arrive(queries: Queries, fileId: string, bytes: StoredBytes): Promise<boolean> {
    const row = await queries
      .updateTable('files')
      .set({
        filename: bytes.filename,
        blob_key: bytes.blobKey,
        content_type: bytes.contentType,
        size_bytes: bytes.sizeBytes,
        sha256: bytes.sha256,
      })
      .where('file_id', '=', fileId)
      .where('blob_key', 'is', null)
      .returning('owner')
      .executeTakeFirst();
    if (row) await this.usage.take(queries, row.owner, { bytes: bytes.sizeBytes, files: 0 });
    return row !== undefined;
  }

  /** In a transaction, the file stays until that has ended. */
  async find(owner: Owner, fileId: string, transaction?: Queries): Promise<StoredFile | undefined> {
    const { rows } = transaction
      ? await findFile(transaction, { fileId, owner, keep: true })
      : await findFile(this.database.committed, { fileId, owner });
    return rows[0] && toFile(rows[0]);
  }

  /** Newest first. */
  async list(
    owner: Owner,
    { category, tag, filename, limit, cursor }: FileFilter,
  ): Promise<Page<StoredFile>> {
    let query = this.database.committed
      .selectFrom('files')
      .selectAll('files')
      .where('files.owner', '=', owner)
      .where('blob_key', 'is not', null);
    if (cursor !== undefined) query = query.where('files.file_id', '<', cursor);
    if (category !== undefined) query = query.where('category', '=', category);
    if (filename !== undefined) query = query.where((eb) => contains(eb.ref('filename'), filename));
    if (tag !== undefined)
      query = query.innerJoin('file_tags', (join) =>
        join
          .onRef('file_tags.file_id', '=', 'files.file_id')
          .on('file_tags.owner', '=', owner)
          .on('file_tags.tag', '=', tag),
      );
    const rows = await query
      .orderBy(tag === undefined ? 'files.file_id' : sql`file_tags.file_id`, 'desc') // along the index
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
    return new Set(rows.flatMap(({ blob_key }) => blob_key ?? []));
  }
}

function toRow(file: AnnouncedFile & Partial<StoredFile>): FileRow {
  return {
    file_id: file.fileId,
    owner: file.owner,
    blob_key: file.blobKey ?? null,
    filename: file.filename,
    content_type: file.contentType ?? null,
    size_bytes: file.sizeBytes ?? null,
    sha256: file.sha256 ?? null,
    description: file.description,
    category: file.category,
    tags: JSON.stringify(file.tags),
    uploaded_at: file.uploadedAt,
    expires_at: file.expiresAt,
  };
}

/** Of a row whose bytes are there. */
function toFile(row: FileRow): StoredFile {
  return {
    fileId: row.file_id,
    owner: row.owner,
    blobKey: row.blob_key!,
    filename: row.filename,
    contentType: row.content_type!,
    sizeBytes: row.size_bytes!,
    sha256: row.sha256!,
    description: row.description,
    category: row.category,
    tags: JSON.parse(row.tags) as string[],
    uploadedAt: row.uploaded_at,
    expiresAt: row.expires_at,
  };
}
