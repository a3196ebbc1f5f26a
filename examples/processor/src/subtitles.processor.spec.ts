import { processorContract, runOnFile } from 'filemill/testing';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { SubtitlesProcessor } from './subtitles.processor';
import { SubtitlesOptions, type SubtitlesResult } from './subtitles.result';
import { run } from './subtitles.worker';

const SAMPLES = join(__dirname, '..', 'samples');
const sample = (name: string) => join(SAMPLES, name);
const runOn = (name: string, options = {}) =>
  runOnFile(run, sample(name), { options: { ...new SubtitlesOptions(), ...options } });

processorContract(test, {
  processor: new SubtitlesProcessor(),
  samples: ['harbour.srt', 'lighthouse.vtt', 'windows.srt'].map(sample),
  damaged: readdirSync(sample('damaged')).map((name) => sample(`damaged/${name}`)),
});

test('measures SubRip', async () => {
  const { result } = await runOn('harbour.srt');
  assert.deepEqual(result satisfies Omit<SubtitlesResult, 'processing_time'>, {
    processor: 'subtitles',
    format: 'srt',
    cue_count: 4,
    char_count: 25 + 28 + 13 + 41 + 15,
    start_seconds: 1,
    end_seconds: 62.25,
    longest_gap_seconds: 47.75,
    chars_per_second: 17.94,
    too_fast: { count: 2, lines: [2, 11] },
    overlaps: { count: 1, lines: [7] },
  });
});

test('lists the cues that are too fast for the options', async () => {
  const { result } = await runOn('harbour.srt', { max_chars_per_second: 50 });
  assert.deepEqual(result.too_fast, { count: 1, lines: [11] });
});

test('measures WebVTT', async () => {
  const { result } = await runOn('lighthouse.vtt');
  const { format, cue_count, start_seconds, end_seconds, longest_gap_seconds } = result;
  assert.deepEqual(
    { format, cue_count, start_seconds, end_seconds, longest_gap_seconds },
    { format: 'vtt', cue_count: 3, start_seconds: 1, end_seconds: 3602, longest_gap_seconds: 3592.5 },
  );
});

const text = ({ artifacts }: Awaited<ReturnType<typeof runOn>>, name: string) =>
  artifacts.get(name)?.bytes.toString('utf8');

test('makes a transcript and WebVTT of SubRip', async () => {
  const ended = await runOn('harbour.srt');
  assert.equal(
    text(ended, 'transcript.txt'),
    [
      '- Is the Petrel back yet?\n- Not before the tide turns.\n',
      'Then we wait.\n',
      'She always comes home, whatever they say.\n',
      'Nets & ropes <3\n',
    ].join('\n'),
  );
  assert.equal(
    text(ended, 'subtitles.vtt'),
    [
      'WEBVTT\n',
      '00:00:01.000 --> 00:00:03.500\n- Is the <i>Petrel</i> back yet?\n- Not before the tide turns.\n',
      '00:00:03.200 --> 00:00:05.000\nThen we wait.\n',
      '00:00:12.000 --> 00:00:12.500\nShe always comes home, whatever they say.\n',
      '00:01:00.250 --> 00:01:02.250\nNets &amp; ropes &lt;3\n',
    ].join('\n'),
  );
});

test('makes SubRip of WebVTT', async () => {
  assert.equal(
    text(await runOn('lighthouse.vtt'), 'subtitles.srt'),
    [
      '1\n00:00:01,000 --> 00:00:04,000\nThe lamp is <b>lit</b> & turning.\n',
      '2\n00:00:05,000 --> 00:00:07,500\nFog from the north.\n',
      '3\n01:00:00,000 --> 01:00:02,000\nNa dobranoc, żeglarze.\n',
    ].join('\n'),
  );
});

test('loads no framework in the worker thread, which has to start fast', () => {
  const script = `require(${JSON.stringify(new SubtitlesProcessor().worker)});
    console.log(JSON.stringify(Object.keys(require.cache)))`;
  const loaded = JSON.parse(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' })) as string[];
  assert.ok(loaded.some((path) => path.endsWith('subtitles.errors.js')));
  assert.deepEqual(
    loaded.filter((path) => /node_modules.(?!filemill\b)/.test(path)),
    [],
  );
});
