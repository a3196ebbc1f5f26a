import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import test from 'node:test';
import { answerWords, items, logLines, numbers } from './streams';

/** How many pieces a reader that takes one has made its source give. */
function* watched(source: Iterable<string>, seen: { pieces: number; ended: boolean }): Generator<string> {
  try {
    for (const piece of source) {
      seen.pieces++;
      yield piece;
    }
  } finally {
    seen.ended = true;
  }
}

for (const [name, source] of Object.entries({ numbers, items })) {
  test(`${name}: no more is made than is taken`, async () => {
    const seen = { pieces: 0, ended: false };
    const stream = Readable.from(watched(source(10_000_000), seen), { objectMode: false });
    await stream[Symbol.asyncIterator]().next();
    assert.ok(seen.pieces < 20, `${seen.pieces} pieces were made`);
    stream.destroy();
    await new Promise((resolve) => stream.once('close', resolve));
    assert.ok(seen.ended);
  });
}

for (const [name, source] of Object.entries({
  words: (gone: AbortSignal) => answerWords('hello '.repeat(150), gone),
  lines: (gone: AbortSignal) => logLines(() => 0, gone),
})) {
  test(`${name}: end when the client leaves`, async () => {
    const leaving = new AbortController();
    const pieces: string[] = [];
    for await (const piece of source(leaving.signal)) {
      pieces.push(piece);
      leaving.abort();
    }
    assert.ok(pieces.length <= 2, `${pieces.length} pieces came`);
  });
}
