import { InvalidDocument } from './word.errors';

const SIGNATURE = Buffer.from('d0cf11e0a1b11ae1', 'hex');

/** Of the header, before the sectors; the directory has 128 bytes an entry. */
const HEADER_BYTES = 512;
const ENTRY_BYTES = 128;
const MINI_SECTOR_BYTES = 64;
const HEADER_FAT_SECTORS = 109;

/** Sector numbers above this end a chain or mean that there is none. */
const LAST_SECTOR = 0xfffffffa;
const NO_ENTRY = 0xffffffff;
const STREAM = 2;

interface DirectoryEntry {
  readonly type: number;
  readonly name: string;
  readonly left: number;
  readonly right: number;
  readonly child: number;
  readonly start: number;
  readonly size: number;
}

/**
 * The streams in the root of a compound file ([MS-CFB]). A chain or a tree that leads back into itself is damage,
 * so reading ends, and no stream is larger than the file.
 */
export class CompoundFile {
  private readonly sectorBytes: number;
  private readonly miniStreamCutoff: number;
  private readonly fat: Buffer;
  private readonly entries: readonly DirectoryEntry[];
  private readonly root: DirectoryEntry;
  private mini: { readonly fat: Buffer; readonly stream: Buffer } | undefined;

  /** @throws InvalidDocument */
  constructor(private readonly file: Buffer) {
    if (file.length < HEADER_BYTES || !file.subarray(0, 8).equals(SIGNATURE)) throw damaged();
    const shift = file.readUInt16LE(30);
    if (shift !== 9 && shift !== 12) throw damaged();
    this.sectorBytes = 1 << shift;
    this.miniStreamCutoff = file.readUInt32LE(56);
    this.fat = Buffer.concat(this.fatSectors().map((sector) => this.sector(sector)));
    this.entries = readDirectory(this.chain(file.readUInt32LE(48)));
    const root = this.entries.at(0);
    if (!root) throw damaged();
    this.root = root;
  }

  /** The stream of this name in the root storage; undefined when there is none. */
  stream(name: string): Buffer | undefined {
    const entry = this.rootStreams().find((candidate) => candidate.name === name);
    if (!entry) return undefined;
    const bytes = entry.size < this.miniStreamCutoff ? this.miniChain(entry.start) : this.chain(entry.start);
    if (bytes.length < entry.size) throw damaged();
    return bytes.subarray(0, entry.size);
  }

  private rootStreams(): DirectoryEntry[] {
    const seen = new Set<number>();
    const open = [this.root.child];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (id === NO_ENTRY) continue;
      const entry = this.entries.at(id);
      if (!entry || seen.has(id)) throw damaged();
      seen.add(id);
      open.push(entry.left, entry.right);
    }
    return [...seen].map((id) => this.entries[id]).filter(({ type }) => type === STREAM);
  }

  private sector(number: number): Buffer {
    const start = (number + 1) * this.sectorBytes;
    if (start >= this.file.length) throw damaged();
    return this.file.subarray(start, start + this.sectorBytes);
  }

  /** Sectors of the allocation table: those in the header, then a chain that holds the others. */
  private fatSectors(): number[] {
    const perSector = this.sectorBytes / 4 - 1;
    const numbers = uint32s(this.file.subarray(76, 76 + 4 * HEADER_FAT_SECTORS));
    const seen = new Set<number>();
    for (let next = this.file.readUInt32LE(68); next < LAST_SECTOR;) {
      if (seen.has(next)) throw damaged();
      seen.add(next);
      const values = uint32s(this.sector(next));
      if (values.length <= perSector) throw damaged();
      numbers.push(...values.slice(0, perSector));
      next = values[perSector];
    }
    const used = numbers.filter((number) => number < LAST_SECTOR);
    if (used.length > this.sectorCount) throw damaged();
    return used;
  }

  private get sectorCount(): number {
    return Math.ceil(this.file.length / this.sectorBytes);
  }

  private chain(start: number): Buffer {
    const numbers = follow(this.fat, start, this.sectorCount);
    return Buffer.concat(numbers.map((number) => this.sector(number)));
  }

  private miniChain(start: number): Buffer {
    this.mini ??= { fat: this.chain(this.file.readUInt32LE(60)), stream: this.chain(this.root.start) };
    const { fat, stream } = this.mini;
    const sectors = follow(fat, start, stream.length / MINI_SECTOR_BYTES).map((number) => {
      const from = number * MINI_SECTOR_BYTES;
      return stream.subarray(from, from + MINI_SECTOR_BYTES);
    });
    return Buffer.concat(sectors);
  }
}

const damaged = () => new InvalidDocument('The document is damaged or cut off: its parts cannot be found.');

/** Numbers of the sectors of a chain. With more of them than there are, it leads back into itself. */
function follow(table: Buffer, start: number, limit: number): number[] {
  const numbers: number[] = [];
  for (let next = start; next < LAST_SECTOR;) {
    if (next * 4 + 4 > table.length || numbers.length >= limit) throw damaged();
    numbers.push(next);
    next = table.readUInt32LE(next * 4);
  }
  return numbers;
}

function readDirectory(bytes: Buffer): DirectoryEntry[] {
  return Array.from({ length: Math.floor(bytes.length / ENTRY_BYTES) }, (_, index) => {
    const entry = bytes.subarray(index * ENTRY_BYTES, (index + 1) * ENTRY_BYTES);
    const nameBytes = Math.min(64, Math.max(2, entry.readUInt16LE(64))) - 2;
    return {
      name: entry.toString('utf16le', 0, nameBytes),
      type: entry[66],
      left: entry.readUInt32LE(68),
      right: entry.readUInt32LE(72),
      child: entry.readUInt32LE(76),
      start: entry.readUInt32LE(116),
      size: entry.readUInt32LE(120),
    };
  });
}

function uint32s(bytes: Buffer): number[] {
  return Array.from({ length: Math.floor(bytes.length / 4) }, (_, index) => bytes.readUInt32LE(index * 4));
}
