import { isNativeError } from 'node:util/types';
import { openPromise, type Entry, type ZipFile } from 'yauzl';

import { DocumentEncrypted, DocumentTooComplex, InvalidDocument } from './word.errors';

const MAX_ENTRIES = 10_000;

/** Of XML that is unpacked, all parts together: counted as it comes, whatever the archive says. */
const MAX_UNPACKED_BYTES = 64 * 1024 * 1024;

/** The parts of an Office document, read from the file as streams; nothing is ever written anywhere. */
export class ZipPackage {
  private unpacked = 0;

  private constructor(
    private readonly zip: ZipFile,
    private readonly entries: ReadonlyMap<string, Entry>,
  ) {}

  /** @throws InvalidDocument when it is no ZIP archive · DocumentTooComplex */
  static async open(path: string): Promise<ZipPackage> {
    return faultsOfTheFile(async () => {
      const zip = await openPromise(path, { autoClose: false });
      const entries = new Map<string, Entry>();
      if (zip.entryCount > MAX_ENTRIES) throw tooManyEntries();
      for await (const entry of zip.eachEntry()) {
        if (!entries.has(entry.fileName)) entries.set(entry.fileName, entry);
        if (entries.size > MAX_ENTRIES) throw tooManyEntries();
      }
      return new ZipPackage(zip, entries);
    });
  }

  has(name: string): boolean {
    return this.entries.has(name);
  }

  /** Bytes that a part unpacks to, as the archive states: for progress only. */
  statedSize(name: string): number {
    return this.entries.get(name)?.uncompressedSize ?? 0;
  }

  /**
   * The bytes of a part; none when it is not there.
   *
   * @throws InvalidDocument when it is damaged · DocumentEncrypted · DocumentTooComplex
   */
  async *read(name: string): AsyncGenerator<Buffer> {
    const entry = this.entries.get(name);
    if (!entry) return;
    if (entry.isEncrypted()) throw new DocumentEncrypted();
    const stream = await faultsOfTheFile(() => this.zip.openReadStreamPromise(entry));
    const chunks = stream[Symbol.asyncIterator]();
    for (;;) {
      const next = (await faultsOfTheFile(() => chunks.next())) as IteratorResult<Buffer>;
      if (next.done) return;
      this.unpacked += next.value.length;
      if (this.unpacked > MAX_UNPACKED_BYTES) {
        throw new DocumentTooComplex(`The document unpacks to more than ${MAX_UNPACKED_BYTES} bytes of XML.`);
      }
      yield next.value;
    }
  }

  close(): void {
    this.zip.close();
  }
}

const tooManyEntries = () =>
  new DocumentTooComplex(`The document is an archive of more than ${MAX_ENTRIES} entries.`);

/** What the ZIP reader and zlib complain about is a fault of the file; what the system does has a `syscall`. */
async function faultsOfTheFile<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isNativeError(error) || 'syscall' in error || error instanceof DocumentTooComplex) throw error;
    throw new InvalidDocument('The document is not a ZIP archive that can be read, or is damaged.', {
      cause: error,
    });
  }
}
