import { createHash } from 'node:crypto';
import { BlobMissing } from './storage.errors';
import { intactBytes } from './intact-bytes';

const CHUNKS = ['one', 'two', 'three'].map((text) => Buffer.from(text));
const WHOLE = Buffer.concat(CHUNKS);
const sha256 = createHash('sha256').update(WHOLE).digest('hex');

async function* of(chunks: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* chunks;
}

async function passed(chunks: readonly Buffer[], expected: { sizeBytes: number; sha256?: string }) {
  const out: Buffer[] = [];
  let error: unknown;
  try {
    for await (const chunk of intactBytes(of(chunks), expected)) out.push(chunk);
  } catch (thrown) {
    error = thrown;
  }
  return { out: Buffer.concat(out).toString(), error };
}

describe('intactBytes', () => {
  it.each([
    ['a whole file', CHUNKS, { sizeBytes: 11, sha256 }],
    ['a part of one', CHUNKS, { sizeBytes: 11 }],
    ['an empty file', [], { sizeBytes: 0, sha256: createHash('sha256').digest('hex') }],
  ])('passes %s on', async (_, chunks, expected) => {
    expect(await passed(chunks, expected)).toEqual({
      out: Buffer.concat(chunks).toString(),
      error: undefined,
    });
  });

  it.each([
    ['a byte has changed', [...CHUNKS.slice(0, 2), Buffer.from('thrEe')], { sizeBytes: 11, sha256 }],
    ['a byte is missing', [...CHUNKS.slice(0, 2), Buffer.from('thre')], { sizeBytes: 11, sha256 }],
    ['a part is too short', CHUNKS.slice(0, 2), { sizeBytes: 11 }],
    ['a part is too long', CHUNKS, { sizeBytes: 10 }],
    ['there is nothing', [], { sizeBytes: 11, sha256 }],
  ])('fails before the end when %s', async (_, chunks, expected) => {
    const { out, error } = await passed(chunks, expected);
    expect(error).toBeInstanceOf(BlobMissing);
    expect(out.length).toBeLessThan(expected.sizeBytes);
  });
});
