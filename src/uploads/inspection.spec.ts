import { createHash } from 'node:crypto';
import { SNIFF_BYTES } from '../files/file-types';
import { Inspection } from './inspection';
import { FileTooLarge } from './uploads.errors';

async function* of(...chunks: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* chunks;
}

const bytes = (length: number) => Buffer.alloc(length, 'x');

/** What passes, what was sniffed and when, and what ends it. */
async function inspect(chunks: readonly Buffer[], { max = 10_000, refuse = false } = {}) {
  const passed: Buffer[] = [];
  const heads: Buffer[] = [];
  const inspection = new Inspection(max, async (head) => {
    expect(passed).toEqual([]);
    heads.push(head);
    if (refuse) throw new Error('refused');
  });
  let error: unknown;
  try {
    for await (const chunk of inspection.pass(of(...chunks))) passed.push(chunk);
  } catch (thrown) {
    error = thrown;
  }
  return { passed: Buffer.concat(passed), heads, error, end: () => inspection.end() };
}

describe('Inspection', () => {
  it.each([
    ['nothing', []],
    ['one small chunk', [bytes(10)]],
    ['bytes one by one', Array.from({ length: 50 }, () => bytes(1))],
    ['a head in pieces, and more', [bytes(3000), bytes(3000), bytes(3000)]],
    ['a head that fits exactly', [bytes(SNIFF_BYTES)]],
    ['a head that lacks one byte', [bytes(SNIFF_BYTES - 1)]],
    ['one large chunk', [bytes(9_999)]],
  ])('lets %s through as it is, and knows size and hash', async (_, chunks) => {
    const whole = Buffer.concat(chunks);
    const { passed, heads, error, end } = await inspect(chunks);
    expect(error).toBeUndefined();
    expect(passed.equals(whole)).toBe(true);
    expect(heads).toHaveLength(1);
    expect(heads[0].length).toBeGreaterThanOrEqual(Math.min(whole.length, SNIFF_BYTES));
    expect(end()).toEqual({
      sizeBytes: whole.length,
      sha256: createHash('sha256').update(whole).digest('hex'),
    });
  });

  it('lets nothing through when the beginning is refused, and asks for no more than it needs', async () => {
    const { passed, error } = await inspect([bytes(5000), bytes(5000)], { refuse: true });
    expect([passed.length, error]).toEqual([0, new Error('refused')]);
  });

  it.each([
    [[bytes(100)], undefined],
    [[bytes(101)], FileTooLarge],
    [[bytes(50), bytes(50)], undefined],
    [[bytes(50), bytes(50), bytes(1)], FileTooLarge],
  ])('takes up to the limit and not a byte more (%#)', async (chunks, expected) => {
    const { error } = await inspect(chunks, { max: 100 });
    expect((error as Error | undefined)?.constructor).toBe(expected);
  });

  it('fails with its source', async () => {
    const inspection = new Inspection(100, async () => {});
    const source = async function* () {
      yield bytes(10);
      throw new Error('gone away');
    };
    await expect(inspection.pass(source()).next()).rejects.toThrow('gone away');
  });
});
