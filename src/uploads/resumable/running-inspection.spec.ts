import { createHash } from 'node:crypto';
import { SNIFF_BYTES, type FileClass } from '../../files/file-types';
import { RunningInspection, RunningInspections } from './running-inspection';

const TEXT: FileClass = { contentType: 'text/plain', processors: [] };

async function* of(...chunks: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* chunks;
}

/** Passes pieces one by one; resolves with what came through, and with the heads that were judged. */
async function inspect(pieces: readonly Buffer[][], refuse = false) {
  const heads: Buffer[] = [];
  const passed: Buffer[] = [];
  const inspection = new RunningInspection(async (head) => {
    heads.push(Buffer.from(head));
    if (refuse) throw new Error('refused');
    return TEXT;
  });
  for (const piece of pieces) for await (const chunk of inspection.pass(of(...piece))) passed.push(chunk);
  return { passed: Buffer.concat(passed), heads, inspection };
}

const pattern = Buffer.from(Array.from({ length: 9000 }, (_, index) => index % 251));

describe('RunningInspection', () => {
  it.each([
    ['nothing', []],
    ['one piece', [[pattern]]],
    ['pieces of one chunk', [[pattern.subarray(0, 5000)], [pattern.subarray(5000)]]],
    [
      'a head in pieces',
      [[pattern.subarray(0, 4000)], [], [pattern.subarray(4000, 4099)], [pattern.subarray(4099)]],
    ],
    ['single bytes', [[...pattern.subarray(0, 4200)].map((byte) => Buffer.of(byte))]],
    ['a head that fits exactly', [[pattern.subarray(0, SNIFF_BYTES)]]],
  ])('knows size, hash and kind of %s', async (_, pieces: Buffer[][]) => {
    const whole = Buffer.concat(pieces.flat());
    const { passed, heads, inspection } = await inspect(pieces);
    expect(passed.equals(whole)).toBe(true);
    expect(inspection.sizeBytes).toBe(whole.length);
    const sha256 = createHash('sha256').update(whole).digest('hex');
    expect(await inspection.end()).toEqual({ ...TEXT, sizeBytes: whole.length, sha256 });
    expect(heads).toHaveLength(1);
    expect(heads[0].equals(whole.subarray(0, SNIFF_BYTES))).toBe(true);
  });

  it('holds back the chunk by which a file is refused, and judges a short one at its end', async () => {
    await expect(inspect([[pattern]], true)).rejects.toThrow('refused');
    const { heads, inspection } = await inspect([[pattern.subarray(0, 100)]], true);
    expect(heads).toEqual([]);
    await expect(inspection.end()).rejects.toThrow('refused');
  });
});

describe('RunningInspections', () => {
  const classify = async () => TEXT;
  const drain = async (source: AsyncIterable<Buffer>) => {
    for await (const _ of source); // only to have it pass
  };

  it('goes on only where all that was before has been seen', async () => {
    const all = new RunningInspections();
    expect(all.resume('a', 5, classify)).toBeUndefined();
    const first = all.resume('a', 0, classify)!;
    await drain(first.pass(of(pattern)));
    expect(all.resume('a', pattern.length, classify)).toBe(first);
    expect(all.resume('a', 10, classify)).toBeUndefined(); // something was taken back
    expect(all.resume('a', pattern.length, classify)).toBeUndefined();
    expect(all.resume('a', 0, classify)).not.toBe(first);
  });

  it('is given away once, and forgotten with its upload', async () => {
    const all = new RunningInspections();
    const one = all.resume('a', 0, classify)!;
    await drain(one.pass(of(pattern)));
    expect(all.take('a', 1)).toBeUndefined();
    all.resume('b', 0, classify);
    expect(all.take('b', 0)).toBeDefined();
    expect(all.take('b', 0)).toBeUndefined();
    all.resume('c', 0, classify);
    all.forget('c');
    expect(all.take('c', 0)).toBeUndefined();
  });

  it('keeps a bounded number', () => {
    const all = new RunningInspections();
    for (let i = 0; i < 1_500; i++) all.resume(`upload-${i}`, 0, classify);
    expect(all.take('upload-0', 0)).toBeUndefined();
    expect(all.take('upload-1499', 0)).toBeDefined();
  });
});
