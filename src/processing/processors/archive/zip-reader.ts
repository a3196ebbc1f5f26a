import { isUtf8 } from 'node:buffer';
import { closeSync, createReadStream, openSync } from 'node:fs';
import { pipeline } from 'node:stream';
import { crc32, createInflateRaw, inflateRawSync } from 'node:zlib';
import { fromRandomAccessReaderPromise, getFileNameLowLevel, type Entry, type ZipFile } from 'yauzl';

import { ArchiveBomb, EncryptedArchive, InvalidArchive, TooManyEntries } from './archive.errors';
import type { EntryType } from './archive-format';
import { MAX_ENTRIES, type ArchiveTally } from './archive-tally';
import { BlockReader } from './block-reader';

const STORED = 0;
const DEFLATED = 8;

/** An entry of so many bytes or fewer, packed and unpacked, is inflated at once: streams cost more. */
const SMALL_PACKED = 64 * 1024;
const SMALL_UNPACKED = 1024 * 1024;
const CHUNK = 256 * 1024;

/** Bytes of a symbolic link that are looked at; no system follows a longer one. */
const LINK_BYTES = 4096;

/**
 * Reads every entry of a zip (APPNOTE.TXT 6.3.10; zip64, data descriptors) where the central directory
 * says it is, and checks its size and CRC.
 *
 * @throws InvalidArchive · EncryptedArchive · TooManyEntries · ArchiveBomb · ArchiveTooLarge
 */
export async function readZip(path: string, tally: ArchiveTally): Promise<void> {
  const file = openSync(path, 'r');
  try {
    const reader = new BlockReader(file);
    const zip = await fromRandomAccessReaderPromise(reader, tally.archiveBytes, { decodeStrings: false });
    if (zip.entryCount > MAX_ENTRIES) throw new TooManyEntries(MAX_ENTRIES);
    let done = 0;
    for await (const entry of zip.eachEntry()) {
      tally.begin(pathOf(entry), typeOf(entry));
      if (entry.compressedSize > tally.archiveBytes) {
        throw new InvalidArchive(tally.where(), 'it states more packed bytes than the archive has');
      }
      if (done + entry.compressedSize > tally.archiveBytes) {
        throw new ArchiveBomb(`Entries of the archive share the same bytes, ${tally.where()}.`);
      }
      await new EntryReader(path, reader, zip, entry, tally, done).read();
      done += entry.compressedSize;
      tally.progress(done);
      tally.end();
    }
  } catch (error) {
    const { message } = error as Error;
    throw message.startsWith('strong encryption')
      ? new EncryptedArchive({ cause: error })
      : tally.blame(error);
  } finally {
    closeSync(file);
  }
}

/** What `inflateRawSync` gives with `info`, which its declared type leaves out. */
interface Inflated {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

class EntryReader {
  private size = 0;
  private checksum = 0;
  private readonly link: Buffer[] = [];

  constructor(
    private readonly path: string,
    private readonly reader: BlockReader,
    private readonly zip: ZipFile,
    private readonly entry: Entry,
    private readonly tally: ArchiveTally,
    private readonly doneBefore: number,
  ) {}

  async read(): Promise<void> {
    const { entry, tally } = this;
    const isReadable = entry.compressionMethod === STORED || entry.compressionMethod === DEFLATED;
    if (entry.isEncrypted() || !isReadable) {
      tally.leaveUnread(entry.uncompressedSize, entry.isEncrypted());
      return;
    }
    const { fileDataStart } = await this.zip.readLocalFileHeaderPromise(entry, { minimal: true });
    if (entry.compressedSize <= SMALL_PACKED && entry.uncompressedSize <= SMALL_UNPACKED) {
      this.take(this.inflateAtOnce(fileDataStart));
    } else {
      for await (const chunk of this.stream(fileDataStart)) this.take(chunk);
    }
    if (this.size !== entry.uncompressedSize) throw this.lie(`${this.size}`);
    if (this.checksum !== entry.crc32) throw this.damage('its CRC-32 is not what its header states');
    if (typeOf(entry) === 'symlink') tally.linksTo(Buffer.concat(this.link).toString());
  }

  private take(chunk: Buffer): void {
    this.size += chunk.length;
    if (this.size > this.entry.uncompressedSize) throw this.lie('more');
    this.checksum = crc32(chunk, this.checksum);
    this.tally.unpack(chunk.length);
    this.tally.content(chunk.length);
    if (typeOf(this.entry) === 'symlink' && this.size <= LINK_BYTES) this.link.push(chunk);
  }

  private inflateAtOnce(start: number): Buffer {
    const { compressedSize, compressionMethod, uncompressedSize } = this.entry;
    const packed = this.reader.slice(start, compressedSize);
    if (compressionMethod === STORED) return packed;
    try {
      const options = { maxOutputLength: Math.max(1, uncompressedSize), info: true } as const;
      const { buffer, engine } = inflateRawSync(packed, options) as unknown as Inflated;
      this.checkAllConsumed(engine.bytesWritten);
      return buffer;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw code === 'ERR_BUFFER_TOO_LARGE' ? this.lie('more') : error;
    }
  }

  private async *stream(start: number): AsyncGenerator<Buffer> {
    const { compressedSize, compressionMethod } = this.entry;
    if (compressedSize === 0) return;
    const end = start + compressedSize - 1;
    const packed = createReadStream(this.path, { start, end, highWaterMark: CHUNK });
    const report = (): void => this.tally.progress(this.doneBefore + packed.bytesRead);
    if (compressionMethod === STORED) {
      packed.on('data', report);
      yield* packed as AsyncIterable<Buffer>;
      return;
    }
    const inflate = createInflateRaw({ chunkSize: CHUNK });
    pipeline(packed, inflate, () => {}); // whatever fails destroys `inflate`, and so ends the loop
    for await (const chunk of inflate as AsyncIterable<Buffer>) {
      report();
      yield chunk;
    }
    this.checkAllConsumed(inflate.bytesWritten);
  }

  /** Bytes behind the deflated data are where another reader may find something else. */
  private checkAllConsumed(bytes: number): void {
    const rest = this.entry.compressedSize - bytes;
    if (rest !== 0) throw this.damage(`${rest} bytes of it lie behind the end of its data`);
  }

  private lie(found: string): InvalidArchive {
    return this.damage(`it states ${this.entry.uncompressedSize} bytes, but unpacks to ${found}`);
  }

  private damage(reason: string): InvalidArchive {
    return new InvalidArchive(this.tally.where(), reason);
  }
}

const UTF8_NAME = 0x800;

/** Info-ZIP and macOS write UTF-8 without the flag that says so; what is well-formed is hardly anything else. */
function pathOf({ generalPurposeBitFlag, fileNameRaw, extraFields }: Entry): string {
  const flags = isUtf8(fileNameRaw) ? generalPurposeBitFlag | UTF8_NAME : generalPurposeBitFlag;
  return getFileNameLowLevel(flags, fileNameRaw, extraFields, false);
}

const UNIX = 3;
const MAC_OS = 19;
const TYPE_BITS = 0o170000;
const TYPES: Readonly<Record<number, EntryType>> = {
  0o120000: 'symlink',
  0o040000: 'directory',
  0o100000: 'file',
};
const DOS_DIRECTORY = 0x10;

function typeOf(entry: Entry): EntryType {
  const path = entry.fileNameRaw;
  if (path[path.length - 1] === 0x2f) return 'directory';
  const system = entry.versionMadeBy >> 8;
  const mode = (entry.externalFileAttributes >>> 16) & TYPE_BITS;
  if ((system === UNIX || system === MAC_OS) && mode !== 0) return TYPES[mode] ?? 'other';
  return (entry.externalFileAttributes & DOS_DIRECTORY) === 0 ? 'file' : 'directory';
}
