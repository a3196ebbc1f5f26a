import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract, type Header } from 'tar-stream';

import type { EntryType } from './archive-format';
import type { ArchiveTally } from './archive-tally';

const TYPES: Readonly<Record<Header['type'], EntryType>> = {
  file: 'file',
  'contiguous-file': 'file',
  directory: 'directory',
  symlink: 'symlink',
  link: 'link',
  'block-device': 'other',
  'character-device': 'other',
  fifo: 'other',
};

/** Also the headers of before POSIX, which have no magic but a checksum. */
const OPTIONS: Parameters<typeof extract>[0] & { allowUnknownFormat: boolean } = { allowUnknownFormat: true };

/**
 * Reads every entry of a tar (v7, ustar, pax, GNU long names) and checks the checksums of the headers: the
 * contents have none.
 *
 * @throws InvalidArchive · TooManyEntries · what `bytes` throws
 */
export async function readTar(bytes: AsyncIterable<Uint8Array>, tally: ArchiveTally): Promise<void> {
  const tar = extract(OPTIONS);
  const fed = pipeline(Readable.from(bytes), tar as unknown as NodeJS.WritableStream);
  fed.catch(() => {}); // reaches the loop below as well, which ends the feeding when it fails itself
  try {
    for await (const entry of tar) {
      const { name, linkname, type } = entry.header;
      // POSIX 1003.1, pax, "ustar Interchange Format": a type that is not known is a regular file.
      tally.begin(name, TYPES[type] ?? 'file');
      if (type === 'symlink' || type === 'link') tally.linksTo(linkname);
      for await (const chunk of entry as AsyncIterable<Uint8Array>) tally.content(chunk.length);
      tally.end();
    }
    await fed;
  } catch (error) {
    throw tally.blame(error);
  }
}

export const TAR_BLOCK = 512;
const CHECKSUM = 148;
const CHECKSUM_LENGTH = 8;

/** Whether the block is the header of an entry: its checksum fits, which is what even the oldest have. */
export function isTarHeader(block: Uint8Array): boolean {
  if (block.length < TAR_BLOCK || block[0] === 0) return false;
  const stated = Buffer.from(block.subarray(CHECKSUM, CHECKSUM + CHECKSUM_LENGTH)).toString('latin1');
  const digits = /^ *([0-7]+)[\0 ]/.exec(stated)?.[1];
  if (digits === undefined) return false;
  let sum = CHECKSUM_LENGTH * 0x20;
  for (let i = 0; i < TAR_BLOCK; i++) {
    if (i < CHECKSUM || i >= CHECKSUM + CHECKSUM_LENGTH) sum += block[i];
  }
  return sum === Number.parseInt(digits, 8);
}
