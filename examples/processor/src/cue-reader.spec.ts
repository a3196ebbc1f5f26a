import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { formatOf, type Cue, type SubtitleFormat } from './cue';
import { readCues } from './cue-reader';
import { convertCues } from './cue-writer';

async function* chunksOf(bytes: Uint8Array, size = bytes.length): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of source) all.push(one);
  return all;
}

const read = (content: string | Uint8Array, format: SubtitleFormat, chunkSize?: number): Promise<Cue[]> =>
  collect(readCues(chunksOf(Buffer.from(content), chunkSize), format));

const CUE = '1\n00:00:01,000 --> 00:00:02,000\n';
const VTT_CUE = '00:01.000 --> 00:02.000\n';

for (const name of ['harbour.srt', 'lighthouse.vtt', 'windows.srt']) {
  const content = readFileSync(join(__dirname, '..', 'samples', name));

  test(`${name}: does not depend on where it is cut`, async () => {
    const whole = await read(content, formatOf(name));
    for (const size of [1, 2, 3, 5, 7]) assert.deepEqual(await read(content, formatOf(name), size), whole);
  });

  test(`${name}: does not depend on how lines end`, async () => {
    const unix = content.toString('utf8').replaceAll('\r\n', '\n');
    const whole = await read(unix, formatOf(name));
    for (const end of ['\r\n', '\r']) {
      assert.deepEqual(await read(unix.replaceAll('\n', end), formatOf(name), 1), whole);
    }
  });

  test(`${name}: says the same in the other format`, async () => {
    const [from, to] = formatOf(name) === 'srt' ? (['srt', 'vtt'] as const) : (['vtt', 'srt'] as const);
    const converted = Buffer.concat(await collect(convertCues(readCues(chunksOf(content), from), from)));
    const there = await read(converted, to);
    const back = Buffer.concat(await collect(convertCues(readCues(chunksOf(converted), to), to)));
    const times = (cues: readonly Cue[]) => cues.map(({ startMs, endMs }) => [startMs, endMs]);
    assert.deepEqual(times(there), times(await read(content, from)));
    const again = Buffer.concat(await collect(convertCues(readCues(chunksOf(back), from), from)));
    assert.equal(again.toString('utf8'), converted.toString('utf8'));
  });
}

const MALFORMED: readonly [
  why: string,
  format: SubtitleFormat,
  content: string | Uint8Array,
  line: number,
][] = [
  ['no number', 'srt', `one\n00:00:01,000 --> 00:00:02,000\nA\n`, 1],
  ['no timing', 'srt', `${CUE}A\n\n2\n`, 6],
  ['text only', 'srt', '\n\n3\nhello\n', 4],
  ['minutes beyond 59', 'srt', '1\n00:60:01,000 --> 00:61:02,000\n', 2],
  ['a timing of WebVTT', 'srt', '1\n00:01.000 --> 00:02.000\n', 2],
  ['an end that is missing', 'srt', '1\n00:00:01,000 -->\n', 2],
  ['an end at the start', 'srt', '1\n00:00:01,000 --> 00:00:01,000\n', 2],
  ['no blank line', 'srt', `${CUE}A\n${CUE}B\n`, 5],
  ['a line of another encoding', 'srt', Buffer.from(`${CUE}caf\xe9\n`, 'latin1'), 3],
  ['a character that is cut', 'srt', Buffer.from(`${CUE}caf\xc3`, 'latin1'), 3],
  ['a line that is too long', 'srt', `${CUE}${'x'.repeat(20_000)}\n`, 3],
  ['a line that never ends', 'srt', `${CUE}${'x'.repeat(200_000)}`, 3],
  ['a cue that never ends', 'srt', `${CUE}${'x\n'.repeat(2000)}`, 1001],
  ['nothing', 'vtt', '', 1],
  ['no header', 'vtt', VTT_CUE, 1],
  ['a header that is none', 'vtt', `WEBVTTX\n\n${VTT_CUE}`, 1],
  ['a header that comes late', 'vtt', `\nWEBVTT\n\n${VTT_CUE}`, 1],
  ['no blank line after the header', 'vtt', `WEBVTT\n${VTT_CUE}`, 2],
  ['a comma for a point', 'vtt', 'WEBVTT\n\n00:01,000 --> 00:02,000\n', 3],
  ['an identifier alone', 'vtt', 'WEBVTT\n\nname\n', 4],
];

for (const [why, format, content, line] of MALFORMED) {
  test(`${format}: names the line of ${why}`, async () => {
    for (const size of [undefined, 1]) {
      await assert.rejects(read(content, format, size), {
        name: 'MalformedSubtitles',
        message: new RegExp(`^Line ${line}: `),
        extensions: { line },
      });
    }
  });
}

test('takes what players take', async () => {
  assert.deepEqual(await read('', 'srt'), []);
  assert.deepEqual(await read('WEBVTT', 'vtt'), []);
  const cues = await read('\n \n7\n100:00:01.000-->100:00:02.000 X1:40\n\n\n', 'srt');
  assert.deepEqual(cues, [{ line: 4, startMs: 360_001_000, endMs: 360_002_000, text: '' }]);
});
