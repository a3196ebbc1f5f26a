import { closeSync, createReadStream, openSync, readSync } from 'node:fs';

import type { ProcessorFunction } from '../../../plugin-api/processor';
import type { ArchiveFormat } from './archive-format';
import { ArchiveTally } from './archive-tally';
import { readGzip } from './gzip-reader';
import { readTar } from './tar-reader';
import { readZip } from './zip-reader';

const CHUNK = 256 * 1024;

/**
 * Lists and checks an archive by reading it once, in fixed memory. Nothing is written anywhere, and an
 * archive within the archive stays closed.
 *
 * @throws InvalidArchive · EncryptedArchive · TooManyEntries · ArchiveBomb · ArchiveTooLarge
 */
export const run = (async ({ path, sizeBytes, filename, progress }) => {
  const tally = new ArchiveTally(sizeBytes, progress);
  const format = await read(path, filename, tally);
  tally.progress(sizeBytes);
  return tally.result(format);
}) satisfies ProcessorFunction;

async function read(path: string, filename: string, tally: ArchiveTally): Promise<ArchiveFormat> {
  switch (signature(path)) {
    case 'PK':
      await readZip(path, tally);
      return 'zip';
    case '\x1f\x8b':
      return readGzip(path, filename, tally);
    default:
      await readTar(tarBytes(path, tally), tally);
      return 'tar';
  }
}

/** By the content, as the upload did; a tar has none at its start. */
function signature(path: string): string {
  const head = Buffer.alloc(2);
  const file = openSync(path, 'r');
  try {
    readSync(file, head, 0, head.length, 0);
  } finally {
    closeSync(file);
  }
  return head.toString('latin1');
}

async function* tarBytes(path: string, tally: ArchiveTally): AsyncGenerator<Buffer> {
  const file = createReadStream(path, { highWaterMark: CHUNK });
  for await (const chunk of file as AsyncIterable<Buffer>) {
    tally.unpack(chunk.length);
    tally.progress(file.bytesRead);
    yield chunk;
  }
}
