import { convertText, plainText } from './cue-markup';
import type { Cue, SubtitleFormat } from './cue';

const CHUNK_CHARS = 64 * 1024;

/** SubRip as WebVTT, and the reverse. */
export async function* convertCues(
  cues: AsyncIterable<Cue>,
  from: SubtitleFormat,
): AsyncGenerator<Uint8Array> {
  yield* inChunks(from === 'srt' ? toVtt(cues) : toSrt(cues));
}

/** The bare text, a blank line between cues. */
export async function* writeTranscript(
  cues: AsyncIterable<Cue>,
  from: SubtitleFormat,
): AsyncGenerator<Uint8Array> {
  yield* inChunks(toTranscript(cues, from));
}

async function* toVtt(cues: AsyncIterable<Cue>): AsyncGenerator<string> {
  yield 'WEBVTT\n';
  for await (const { startMs, endMs, text } of cues) {
    yield `\n${timestamp(startMs, '.')} --> ${timestamp(endMs, '.')}\n${closed(convertText(text, 'srt'))}`;
  }
}

async function* toSrt(cues: AsyncIterable<Cue>): AsyncGenerator<string> {
  let number = 0;
  for await (const { startMs, endMs, text } of cues) {
    const timing = `${timestamp(startMs, ',')} --> ${timestamp(endMs, ',')}`;
    yield `${number++ ? '\n' : ''}${number}\n${timing}\n${closed(convertText(text, 'vtt'))}`;
  }
}

async function* toTranscript(cues: AsyncIterable<Cue>, from: SubtitleFormat): AsyncGenerator<string> {
  let separator = '';
  for await (const { text } of cues) {
    yield `${separator}${closed(plainText(text, from))}`;
    separator = '\n';
  }
}

function closed(text: string): string {
  return text === '' ? '' : `${text}\n`;
}

function timestamp(ms: number, point: ',' | '.'): string {
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  const time = [two(ms / 3_600_000), two((ms / 60_000) % 60), two((ms / 1000) % 60)].join(':');
  return `${time}${point}${String(ms % 1000).padStart(3, '0')}`;
}

/** Puts small pieces together: each chunk of an artifact is a message between threads. */
async function* inChunks(pieces: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  let chunk = '';
  for await (const piece of pieces) {
    chunk += piece;
    if (chunk.length < CHUNK_CHARS) continue;
    yield Buffer.from(chunk);
    chunk = '';
  }
  if (chunk !== '') yield Buffer.from(chunk);
}
