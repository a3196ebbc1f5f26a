import { hash } from 'node:crypto';

import { DomainError } from '../../../platform/errors/domain-error';
import { ArchiveBomb, ArchiveTooLarge, InvalidArchive, TooManyEntries } from './archive.errors';
import type { ArchiveFormat, EntryType } from './archive-format';
import { displayPath, isUnsafePath, leadsOut, normalPath } from './entry-path';

export const MAX_ENTRIES = 100_000;

/** What an archive may unpack to, in bytes. */
export const MAX_UNPACKED = 10 * 2 ** 30;

/** How many times its own size an archive may unpack to … */
export const MAX_RATIO = 200;

/** … once it has unpacked to so many bytes. */
export const RATIO_FREE = 10 * 2 ** 20;

/** Entries that the result lists. */
const LISTED = 100;

/** An entry as the result shows it: `ArchiveEntry`, without its documentation. */
export interface ListedEntry {
  path: string;
  type: EntryType;
  size_bytes: number;
  unsafe: boolean;
}

/**
 * Counts what a reader finds, in fixed memory, and stops it at the limits. The readers hand in the bytes
 * that they really got; nothing that a header states is believed.
 */
export class ArchiveTally {
  private entries = 0;
  private readonly byType: Record<EntryType, number> = {
    file: 0,
    directory: 0,
    symlink: 0,
    link: 0,
    other: 0,
  };
  private unpacked = 0;
  private contents = 0;
  private largest: ListedEntry | null = null;
  private readonly listing: ListedEntry[] = [];
  private unsafePaths = 0;
  private duplicatePaths = 0;
  private unreadEntries = 0;
  private encrypted = false;
  /** Digests: a hundred thousand paths of 64 KiB would not fit. */
  private readonly seen = new Set<string>();
  private current: ListedEntry | null = null;
  private isInside = false;
  private rawPath = '';

  constructor(
    readonly archiveBytes: number,
    private readonly report: (fraction: number) => void,
  ) {}

  /** @throws TooManyEntries */
  begin(path: string, type: EntryType): void {
    if (++this.entries > MAX_ENTRIES) throw new TooManyEntries(MAX_ENTRIES);
    this.byType[type]++;
    this.isInside = true;
    this.rawPath = path;
    this.current = { path: displayPath(path), type, size_bytes: 0, unsafe: false };
    if (isUnsafePath(path)) this.markUnsafe();
    const digest = hash('sha1', normalPath(path), 'base64');
    if (this.seen.has(digest)) this.duplicatePaths++;
    this.seen.add(digest);
    if (this.listing.length < LISTED) this.listing.push(this.current);
  }

  /** Of the current entry: a symbolic link leads from where it lies, a hard link from the root. */
  linksTo(target: string): void {
    if (leadsOut(target, this.current?.type === 'symlink' ? this.rawPath : '')) this.markUnsafe();
  }

  /**
   * Bytes that came out of the archive, whatever they are.
   *
   * @throws ArchiveBomb · ArchiveTooLarge
   */
  unpack(bytes: number): void {
    this.unpacked += bytes;
    if (this.unpacked > RATIO_FREE && this.unpacked > this.archiveBytes * MAX_RATIO) {
      throw new ArchiveBomb(
        `The archive of ${this.archiveBytes} bytes unpacks to more than ${MAX_RATIO} times its size, ${this.where()}.`,
      );
    }
    if (this.unpacked > MAX_UNPACKED) throw new ArchiveTooLarge(MAX_UNPACKED);
  }

  /** Bytes of the current entry. */
  content(bytes: number): void {
    if (!this.current) return;
    this.contents += bytes;
    this.current.size_bytes += bytes;
    if (this.current.size_bytes > (this.largest?.size_bytes ?? 0)) this.largest = this.current;
  }

  /** The content of the current entry stays unread. */
  leaveUnread(statedBytes: number, isEncrypted: boolean): void {
    this.unreadEntries++;
    this.encrypted ||= isEncrypted;
    if (this.current) this.current.size_bytes = statedBytes;
  }

  /** The current entry was read to its end. */
  end(): void {
    this.isInside = false;
  }

  /** @param bytes - Of the archive, that are done with */
  progress(bytes: number): void {
    this.report(this.archiveBytes === 0 ? 1 : Math.min(1, bytes / this.archiveBytes));
  }

  /** For messages: where in the archive the reader is. */
  where(): string {
    if (!this.current) return 'at its start';
    return `${this.isInside ? 'at' : 'after'} entry ${this.entries} (${this.current.path})`;
  }

  /**
   * What to throw for what a reader threw: a fault of the archive unless the machine or the code is to
   * blame.
   */
  blame(error: unknown): unknown {
    const { name, message, syscall } = error as NodeJS.ErrnoException;
    if (error instanceof DomainError || syscall !== undefined || name !== 'Error') return error;
    const reason = message
      .replace(/\.( .*)?$/s, '')
      .replace(/^[A-Z](?=[a-z])/, (first) => first.toLowerCase());
    return new InvalidArchive(this.where(), reason, { cause: error });
  }

  result(format: ArchiveFormat) {
    const { archiveBytes, contents, byType } = this;
    return {
      processor: 'archive' as const,
      format,
      entries: this.entries,
      files: byType.file,
      directories: byType.directory,
      links: byType.symlink + byType.link,
      uncompressed_bytes: contents,
      compressed_bytes: archiveBytes,
      compression_ratio: archiveBytes === 0 ? 0 : Math.round((contents / archiveBytes) * 1000) / 1000,
      largest_entry: this.largest,
      listing: this.listing,
      unsafe_paths: this.unsafePaths,
      duplicate_paths: this.duplicatePaths,
      encrypted: this.encrypted,
      unread_entries: this.unreadEntries,
    };
  }

  private markUnsafe(): void {
    if (!this.current || this.current.unsafe) return;
    this.current.unsafe = true;
    this.unsafePaths++;
  }
}
