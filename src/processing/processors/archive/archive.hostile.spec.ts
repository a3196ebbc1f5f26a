import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync, gzipSync } from 'node:zlib';

import { DomainError } from '../../../platform/errors/domain-error';
import { runOnFile } from '../../../plugin-api/processor.harness';
import { memoryTaken } from '../../../plugin-api/resources.harness';
import { crcOfZeros, deflatedZeros, gzippedZeros, tarEntry, tarOf, zipOf } from './archive.harness';
import { MAX_ENTRIES } from './archive-tally';
import { run } from './archive.worker';

const MIB = 2 ** 20;
const directory = mkdtempSync(join(tmpdir(), 'archive-hostile-'));
const path = join(directory, 'file');
const fixtures = join(__dirname, 'fixtures');

afterAll(() => rmSync(directory, { recursive: true }));

async function failure(content: Uint8Array): Promise<unknown> {
  writeFileSync(path, content);
  return runOnFile(run, path).then(
    () => 'processed',
    (error: unknown) => error,
  );
}

const problem = (code: string) => ({ problem: { code, status: 422 } });
const damaged = (message: string) => ({
  ...problem('invalid_archive'),
  message: expect.stringContaining(`The archive is damaged ${message}`),
});

/** The failure, and how much memory it took. */
async function measured(content: Uint8Array): Promise<{ error: unknown; taken: number }> {
  let error: unknown;
  const taken = await memoryTaken(async () => (error = await failure(content)));
  return { error, taken };
}

describe('bombs', () => {
  it('a gzip of a gigabyte of zeros stops at 200 times its size', async () => {
    const { error, taken } = await measured(gzippedZeros(1024));
    expect(error).toMatchObject({
      ...problem('archive_bomb'),
      message: expect.stringMatching(/^The archive of 10\d{5} bytes unpacks to more than 200 times its size/),
    });
    expect(taken).toBeLessThan(64);
  });

  it('a zip that tells its real size stops at 200 times its size', async () => {
    const entry = { name: 'zeros', packed: deflatedZeros(1024), size: 1024 * MIB, crc: crcOfZeros(1024) };
    const { error, taken } = await measured(zipOf([entry]));
    expect(error).toMatchObject({
      ...problem('archive_bomb'),
      message: expect.stringContaining('at entry 1 (zeros)'),
    });
    expect(taken).toBeLessThan(64);
  });

  it.each([
    ['small', 64],
    ['large', 1024],
  ])('a %s zip entry that lies about its size stops one byte after it', async (_what, mebibytes) => {
    const entry = { name: 'liar', packed: deflatedZeros(mebibytes), size: 1000 };
    const { error, taken } = await measured(zipOf([{ name: 'a', data: 'b' }, entry]));
    expect(error).toMatchObject(damaged('at entry 2 (liar): it states 1000 bytes, but unpacks to more.'));
    expect(taken).toBeLessThan(32);
  });

  it('entries that share the same bytes are refused before they are read', async () => {
    const data = Buffer.from(Array.from({ length: 20_000 }, (_, i) => (i * 7919) % 251));
    const shared = Array.from({ length: 50 }, (_, i) => ({
      name: `f${i}`,
      data,
      offset: i === 0 ? undefined : 0,
    }));
    expect(await failure(zipOf(shared))).toMatchObject({
      ...problem('archive_bomb'),
      message: expect.stringMatching(/^Entries of the archive share the same bytes, at entry \d+ /),
    });
  });

  it('zeros after the end of a tar count as well', async () => {
    const tar = tarOf([{ name: 'a', data: 'b' }]);
    const members = Buffer.concat([gzipSync(tar), gzippedZeros(256)]);
    expect(await failure(members)).toMatchObject(problem('archive_bomb'));
  });

  it('what packs well, but is small, is no bomb', async () => {
    writeFileSync(path, gzippedZeros(10));
    expect((await runOnFile(run, path)).result).toMatchObject({ uncompressed_bytes: 10 * MIB });
    expect(await failure(gzippedZeros(11))).toMatchObject(problem('archive_bomb'));
  });
});

describe('too many entries', () => {
  it('a zip that states a million is refused at once', async () => {
    const { error, taken } = await measured(zipOf([], { entryCount: 1_000_000, isZip64: true }));
    expect(error).toMatchObject({ ...problem('too_many_entries'), extensions: { limit: MAX_ENTRIES } });
    expect(taken).toBeLessThan(16);
  });

  it('a tar of one too many is refused, in bounded memory', async () => {
    const packed = gzipSync(Buffer.alloc((MAX_ENTRIES + 1) * 512, tarEntry({ name: 'a' })));
    const { error, taken } = await measured(packed);
    expect(error).toMatchObject(problem('too_many_entries'));
    expect(taken).toBeLessThan(128);
  }, 20_000);

  it('a zip of as many as are taken is read, in bounded memory', async () => {
    const entries = Array.from({ length: MAX_ENTRIES }, (_, i) => ({ name: `f${i}`, data: 'x', method: 0 }));
    writeFileSync(path, zipOf(entries, { isZip64: true }));
    let result: object = {};
    expect(await memoryTaken(async () => ({ result } = await runOnFile(run, path)))).toBeLessThan(128);
    expect(result).toMatchObject({
      entries: MAX_ENTRIES,
      uncompressed_bytes: MAX_ENTRIES,
      duplicate_paths: 0,
    });
  }, 20_000);
});

describe('damage', () => {
  const names = ['info-zip.zip', 'streamed.zip', 'encrypted.zip', 'numbers.txt.gz', 'gnu.tar.gz', 'v7.tar'];

  it.each(names.flatMap((name) => [0.2, 0.5, 0.9].map((part) => [name, part] as const)))(
    '%s cut at %f fails, and not by a path',
    async (name, part) => {
      const whole = readFileSync(join(fixtures, name));
      // The last blocks of a tar are padding, which may be missing.
      const length = Math.floor((name === 'v7.tar' ? 10_000 : whole.length) * part);
      const error = await failure(whole.subarray(0, length));
      expect(error).toMatchObject(problem('invalid_archive'));
      expect((error as Error).message).toMatch(/^The archive is damaged (at|after) \S.*: [^:]+.*\.$/);
      expect((error as Error).message).not.toContain(directory);
    },
  );

  it.each([
    ['a program', Buffer.from(`MZ\x90\0\x03${'\0'.repeat(600)}PE`, 'latin1')],
    ['a page', Buffer.from('<!doctype html>'.repeat(100))],
    ['a zip signature alone', Buffer.from('PK\x03\x04', 'latin1')],
    ['a gzip signature alone', Buffer.of(0x1f, 0x8b)],
  ])('%s fails', async (_what, content) => {
    expect(await failure(content)).toMatchObject(damaged('at its start: '));
  });

  it('a zip entry of another CRC fails', async () => {
    const entries = [
      { name: 'a', data: 'x' },
      { name: 'b', data: 'y', crc: 1 },
    ];
    expect(await failure(zipOf(entries))).toMatchObject(damaged('at entry 2 (b): its CRC-32'));
  });

  it.each([10, 2_000_000])('a zip entry of fewer bytes than it states fails (%i)', async (length) => {
    const data = Buffer.alloc(length, 'abc');
    expect(await failure(zipOf([{ name: 'a', data, size: length + 1 }]))).toMatchObject(
      damaged(`at entry 1 (a): it states ${length + 1} bytes, but unpacks to ${length}.`),
    );
  });

  it.each([10, 2_000_000])('a zip entry that is not deflated as it says fails (%i)', async (length) => {
    const packed = Buffer.alloc(length, 0xff);
    expect(await failure(zipOf([{ name: 'a', packed, size: length * 2 }]))).toMatchObject(
      damaged('at entry 1 (a): invalid block type.'),
    );
  });

  it('a zip entry that lies outside of the file fails', async () => {
    expect(await failure(zipOf([{ name: 'a', data: 'x', offset: 1e9 }]))).toMatchObject(
      damaged('at entry 1 (a): unexpected EOF.'),
    );
    expect(await failure(zipOf([{ name: 'a', data: 'x', packedSize: 100_000 }]))).toMatchObject(
      damaged('at entry 1 (a): it states more packed bytes than the archive has.'),
    );
    const last = { name: 'b', data: 'x', method: 0, size: 150, packedSize: 150 };
    const error = await failure(zipOf([{ name: 'a', data: randomBytes(500), method: 0 }, last]));
    expect(error).toMatchObject(damaged('at entry 2 (b): file data overflows file bounds'));
  });

  it.each([10, 2_000_000])(
    'a zip entry with something behind its deflated data fails (%i)',
    async (length) => {
      const data = Buffer.alloc(length, 'abc');
      const packed = Buffer.concat([deflateRawSync(data), Buffer.from('hidden')]);
      expect(await failure(zipOf([{ name: 'a', data, packed }]))).toMatchObject(
        damaged('at entry 1 (a): 6 bytes of it lie behind the end of its data.'),
      );
    },
  );

  it('a gzip of another CRC, or another length, fails', async () => {
    const packed = gzipSync(Buffer.alloc(MIB, 'some text'));
    const flipped = (fromEnd: number): Buffer => {
      const copy = Buffer.from(packed);
      copy[copy.length - fromEnd] ^= 1;
      return copy;
    };
    expect(await failure(flipped(8))).toMatchObject(damaged('at entry 1 (file): incorrect data check.'));
    expect(await failure(flipped(4))).toMatchObject(damaged('at entry 1 (file): incorrect length check.'));
  });

  it('a tar header of another checksum fails, and says after which entry', async () => {
    const tar = tarOf([
      { name: 'a', data: 'x' },
      { name: 'b', checksumOffBy: 1 },
    ]);
    expect(await failure(tar)).toMatchObject(damaged('after entry 1 (a): invalid tar header.'));
    expect(await failure(gzipSync(tar))).toMatchObject(damaged('after entry 1 (a): invalid tar header.'));
  });

  it('a tar entry of fewer bytes than it states fails', async () => {
    const tar = tarEntry({ name: 'a', data: 'x', size: 5000 });
    expect(await failure(tar)).toMatchObject(damaged('at entry 1 (a): unexpected end of data.'));
  });

  it('a pax header of 5 MB fails', async () => {
    const tar = tarOf([{ name: 'pax', flag: 'x', data: Buffer.alloc(5 * MIB, '9 a=bcde\n') }, { name: 'a' }]);
    expect(await failure(tar)).toMatchObject(damaged('at its start: header exceeds max size.'));
  });

  it('a zip that hides its entries by strong encryption says so', async () => {
    expect(await failure(zipOf([{ name: 'a', data: 'x', flags: 0x41 }]))).toMatchObject(
      problem('encrypted_archive'),
    );
  });
});

/** By what Linux tells of a process; elsewhere there is nothing to see. */
it('leaves no file open when it fails', async () => {
  if (process.platform !== 'linux') return;
  const pathOf = (descriptor: string): string => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`);
    } catch {
      return 'closed by now';
    }
  };
  const open = (): number =>
    readdirSync('/proc/self/fd').filter((descriptor) => pathOf(descriptor) === path).length;
  const damagedTar = tarOf([{ name: 'a' }, { name: 'b', checksumOffBy: 1, data: Buffer.alloc(3 * MIB) }]);
  await failure(zipOf([{ name: 'a', packed: deflatedZeros(64), size: 2 * MIB }]));
  await failure(gzippedZeros(64));
  await failure(gzipSync(damagedTar));
  await failure(damagedTar);
  for (let i = 0; i < 2000 && open() > 0; i++) await new Promise(setImmediate);
  expect(open()).toBe(0);
});

it('a file that is gone is no fault of its content', async () => {
  const gone = join(directory, 'gone');
  const input = { path: gone, sizeBytes: 1, filename: 'a.zip', contentType: 'application/zip', options: {} };
  const error = await run({ ...input, progress: () => {}, artifact: async () => {} }).catch(
    (e: unknown) => e,
  );
  expect(error).toMatchObject({ code: 'ENOENT' });
  expect(error).not.toBeInstanceOf(DomainError);
});
