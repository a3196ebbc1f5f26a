import type { ProcessorFunction } from 'filemill/plugin-api/processor';
import { createReadStream } from 'node:fs';
import { formatOf, MEDIA_TYPES } from './cue';
import { plainText } from './cue-markup';
import { readCues } from './cue-reader';
import { CueTally } from './cue-tally';
import { convertCues, writeTranscript } from './cue-writer';

const PASSES = 3;

/**
 * Reads the file once for the result and once for each artifact, so that no more of it is in memory than a
 * cue: nothing is derived from a file that turns out to be malformed.
 *
 * @throws MalformedSubtitles
 */
export const run = (async ({ path, filename, sizeBytes, options, progress, artifact }) => {
  const format = formatOf(filename);
  const other = format === 'srt' ? 'vtt' : 'srt';
  const cues = (pass: number) =>
    readCues(
      readFile(path, (bytes) => progress((pass + Math.min(1, bytes / sizeBytes)) / PASSES)),
      format,
    );
  const tally = new CueTally(options.max_chars_per_second);
  for await (const cue of cues(0)) tally.add(cue, plainText(cue.text, format));
  await artifact('transcript.txt', 'text/plain', writeTranscript(cues(1), format));
  await artifact(`subtitles.${other}`, MEDIA_TYPES[other], convertCues(cues(2), format));
  return { processor: 'subtitles' as const, format, ...tally.summary };
}) satisfies ProcessorFunction<object, { readonly max_chars_per_second: number }>;

async function* readFile(path: string, onRead: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  let read = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    yield chunk;
    read += chunk.length;
    onRead(read);
  }
}
