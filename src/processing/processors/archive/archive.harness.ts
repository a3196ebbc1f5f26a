import { constants, crc32, deflateRawSync, gzipSync } from 'node:zlib';

/** What a test wants an entry of a zip to be, and to pretend. */
export interface ZipEntry {
  readonly name: string | Buffer;
  readonly data?: Buffer | string;
  /** What the file holds for the entry; by default `data`, deflated. */
  readonly packed?: Buffer;
  readonly method?: number;
  readonly flags?: number;
  readonly crc?: number;
  readonly size?: number;
  readonly packedSize?: number;
  /** Unix mode with type; 0 for an archive of MS-DOS. */
  readonly mode?: number;
  /** Offset of the local header of another entry. */
  readonly offset?: number;
  /** Sizes and CRC behind the data, as a streaming writer leaves them. */
  readonly isStreamed?: boolean;
  /** Sizes and offset in the extra field of zip64. */
  readonly isZip64?: boolean;
}

const UINT32 = 0xffff_ffff;

/** A zip of what is asked for, true or not. */
export function zipOf(
  entries: readonly ZipEntry[],
  { entryCount = entries.length, isZip64 = false } = {},
): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const local = entry.offset === undefined ? localEntry(entry) : Buffer.alloc(0);
    parts.push(local);
    directory.push(directoryEntry(entry, entry.offset ?? offset));
    offset += local.length;
  }
  const listed = Buffer.concat(directory);
  return Buffer.concat([...parts, listed, endOfDirectory(listed.length, offset, entryCount, isZip64)]);
}

function fieldsOf(entry: ZipEntry) {
  const data = Buffer.from(entry.data ?? '');
  const method = entry.method ?? 8;
  const packed = entry.packed ?? (method === 0 ? data : deflateRawSync(data));
  const flags = (entry.flags ?? 0x800) | (entry.isStreamed ? 8 : 0);
  return {
    name: Buffer.from(entry.name),
    method,
    flags,
    packed,
    crc: entry.crc ?? crc32(data),
    size: entry.size ?? data.length,
    packedSize: entry.packedSize ?? packed.length,
  };
}

function localEntry(entry: ZipEntry): Buffer {
  const { name, method, flags, packed, crc, size, packedSize } = fieldsOf(entry);
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(20, 4);
  header.writeUInt16LE(flags, 6);
  header.writeUInt16LE(method, 8);
  header.writeUInt16LE(0x21, 12);
  header.writeUInt16LE(name.length, 26);
  const sums = Buffer.alloc(12);
  sums.writeUInt32LE(crc, 0);
  sums.writeUInt32LE(packedSize, 4);
  sums.writeUInt32LE(size, 8);
  if (!entry.isStreamed) sums.copy(header, 14);
  const descriptor = entry.isStreamed ? [Buffer.from('PK\x07\x08', 'latin1'), sums] : [];
  return Buffer.concat([header, name, packed, ...descriptor]);
}

function directoryEntry(entry: ZipEntry, offset: number): Buffer {
  const { name, method, flags, crc, size, packedSize } = fieldsOf(entry);
  const extra = Buffer.alloc(entry.isZip64 ? 28 : 0);
  if (entry.isZip64) {
    extra.writeUInt16LE(1, 0);
    extra.writeUInt16LE(24, 2);
    for (const [i, value] of [size, packedSize, offset].entries())
      extra.writeBigUInt64LE(BigInt(value), 4 + i * 8);
  }
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE((entry.mode === 0 ? 0 : 3 << 8) | 45, 4);
  header.writeUInt16LE(20, 6);
  header.writeUInt16LE(flags, 8);
  header.writeUInt16LE(method, 10);
  header.writeUInt16LE(0x21, 14);
  header.writeUInt32LE(crc, 16);
  header.writeUInt32LE(entry.isZip64 ? UINT32 : packedSize, 20);
  header.writeUInt32LE(entry.isZip64 ? UINT32 : size, 24);
  header.writeUInt16LE(name.length, 28);
  header.writeUInt16LE(extra.length, 30);
  header.writeUInt32LE(((entry.mode ?? 0o100644) << 16) >>> 0, 38);
  header.writeUInt32LE(entry.isZip64 ? UINT32 : offset, 42);
  return Buffer.concat([header, name, extra]);
}

function endOfDirectory(size: number, offset: number, count: number, isZip64: boolean): Buffer {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Math.min(count, 0xffff), 8);
  end.writeUInt16LE(Math.min(count, 0xffff), 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(isZip64 ? UINT32 : offset, 16);
  if (!isZip64) return end;
  const end64 = Buffer.alloc(56);
  end64.writeUInt32LE(0x06064b50, 0);
  end64.writeBigUInt64LE(44n, 4);
  for (const [i, value] of [count, count, size, offset].entries())
    end64.writeBigUInt64LE(BigInt(value), 24 + i * 8);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(offset + size), 8);
  locator.writeUInt32LE(1, 16);
  return Buffer.concat([end64, locator, end]);
}

export interface TarEntry {
  readonly name: string;
  readonly data?: Buffer | string;
  /** Type flag of the header: `0` file, `2` symbolic link, `5` directory, `x` pax … */
  readonly flag?: string;
  readonly link?: string;
  /** What the header states, when that is not the length of `data`. */
  readonly size?: number;
  readonly magic?: string;
  readonly checksumOffBy?: number;
}

/** A tar of what is asked for, with two blocks of zeros at its end. */
export function tarOf(entries: readonly TarEntry[]): Buffer {
  return Buffer.concat([...entries.map(tarEntry), Buffer.alloc(1024)]);
}

export function tarEntry(entry: TarEntry): Buffer {
  const data = Buffer.from(entry.data ?? '');
  const header = Buffer.alloc(512);
  header.write(entry.name, 0, 100);
  header.write('0000644\x000000000\x000000000\0', 100, 'latin1');
  header.write(`${(entry.size ?? data.length).toString(8).padStart(11, '0')}\0`, 124, 'latin1');
  header.write('14200000000\0', 136, 'latin1');
  header.write('        ', 148, 'latin1');
  header.write(entry.flag ?? '0', 156, 'latin1');
  header.write(entry.link ?? '', 157, 100);
  header.write(entry.magic ?? 'ustar\x0000', 257, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0) + (entry.checksumOffBy ?? 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return Buffer.concat([header, data, Buffer.alloc((512 - (data.length % 512)) % 512)]);
}

const MIB = 2 ** 20;

/** So many MiB of zeros, deflated (RFC 1951): a block with a full flush may be repeated. */
export function deflatedZeros(mebibytes: number): Buffer {
  const flushed = deflateRawSync(Buffer.alloc(MIB), { level: 9, finishFlush: constants.Z_FULL_FLUSH });
  return Buffer.concat([...Array.from({ length: mebibytes }, () => flushed), Buffer.of(3, 0)]);
}

export function crcOfZeros(mebibytes: number): number {
  const block = Buffer.alloc(MIB);
  let crc = 0;
  for (let i = 0; i < mebibytes; i++) crc = crc32(block, crc);
  return crc;
}

/** The same as a gzip of one member. */
export function gzippedZeros(mebibytes: number): Buffer {
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crcOfZeros(mebibytes), 0);
  trailer.writeUInt32LE((mebibytes * MIB) % 2 ** 32, 4);
  return Buffer.concat([gzipSync('').subarray(0, 10), deflatedZeros(mebibytes), trailer]);
}
