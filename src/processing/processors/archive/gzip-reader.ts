import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';

import type { ArchiveTally } from './archive-tally';
import { TAR_BLOCK, isTarHeader, readTar } from './tar-reader';

const CHUNK = 256 * 1024;

/**
 * Reads a gzip (RFC 1952), of one member or of several after each other, and checks CRC and length. A tar
 * inside is listed; anything else is a single file.
 *
 * @returns what it turned out to be
 * @throws InvalidArchive · TooManyEntries · ArchiveBomb · ArchiveTooLarge
 */
export async function readGzip(
  path: string,
  filename: string,
  tally: ArchiveTally,
): Promise<'gz' | 'tar.gz'> {
  const chunks = gunzip(path, tally);
  try {
    const head = await firstBytes(chunks, TAR_BLOCK);
    if (isTarHeader(head) || isEmptyTar(head, filename)) {
      await readTar(joined(head, chunks), tally);
      return 'tar.gz';
    }
    tally.begin(storedName(path) ?? filename.replace(/\.gz$/i, ''), 'file');
    for await (const chunk of joined(head, chunks)) tally.content(chunk.length);
    return 'gz';
  } catch (error) {
    throw tally.blame(error);
  } finally {
    await chunks.return(undefined);
  }
}

async function* gunzip(path: string, tally: ArchiveTally): AsyncGenerator<Buffer, undefined> {
  const packed = createReadStream(path, { highWaterMark: CHUNK });
  const unpacked = createGunzip({ chunkSize: CHUNK });
  pipeline(packed, unpacked, () => {}); // whatever fails destroys `unpacked`, and so ends the loop
  for await (const chunk of unpacked as AsyncIterable<Buffer>) {
    tally.unpack(chunk.length);
    tally.progress(packed.bytesRead);
    yield chunk;
  }
}

/** So many bytes, or as many as there are. */
async function firstBytes(chunks: AsyncGenerator<Buffer, undefined>, length: number): Promise<Buffer> {
  let head = Buffer.alloc(0);
  while (head.length < length) {
    const { value } = await chunks.next();
    if (!value) break;
    head = Buffer.concat([head, value]);
  }
  return head;
}

async function* joined(head: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield head;
  yield* rest;
}

/** Only the name tells a tar without entries, which is zeros, from a file of zeros. */
function isEmptyTar(head: Buffer, filename: string): boolean {
  return /\.(tgz|tar\.gz)$/i.test(filename) && head.length >= TAR_BLOCK && head.every((byte) => byte === 0);
}

const HEADER = 10;
const HAS_EXTRA = 4;
const HAS_NAME = 8;

/** The name that the file had before it was packed, in Latin-1, when the first member states one. */
function storedName(path: string): string | undefined {
  const head = Buffer.alloc(4096);
  const file = openSync(path, 'r');
  try {
    readSync(file, head, 0, head.length, 0);
  } finally {
    closeSync(file);
  }
  if ((head[3] & HAS_NAME) === 0) return undefined;
  const start = HEADER + ((head[3] & HAS_EXTRA) === 0 ? 0 : 2 + head.readUInt16LE(HEADER));
  const end = head.indexOf(0, start);
  return start < end ? head.toString('latin1', start, end) : undefined;
}
