import type { Cue, SubtitleFormat } from './cue';
import { MalformedSubtitles } from './subtitles.errors';
import { readLines } from './text-lines';

const MAX_BLOCK_LINES = 1000;

const ARROW = '-->';

const TIME: Readonly<Record<SubtitleFormat, RegExp>> = {
  srt: /^(\d{1,4}):([0-5]\d):([0-5]\d)[,.](\d{3})$/,
  vtt: /^(?:(\d{2,4}):)?([0-5]\d):([0-5]\d)\.(\d{3})$/,
};

const TIMING_EXAMPLE: Readonly<Record<SubtitleFormat, string>> = {
  srt: '00:01:02,500 --> 00:01:05,000',
  vtt: '01:02.500 --> 01:05.000',
};

/** What stands between blank lines. */
interface Block {
  /** Number of the first line. */
  readonly line: number;
  readonly lines: readonly string[];
}

/**
 * The cues of a file of any length, in its order. Both formats are blocks between blank lines: a number
 * (SubRip) or an identifier (WebVTT, optional), the timing, the text.
 *
 * WebVTT: https://www.w3.org/TR/webvtt1/#file-structure; SubRip has no standard, this is what players share.
 *
 * @throws MalformedSubtitles at the first line that breaks the rules
 */
export async function* readCues(
  chunks: AsyncIterable<Uint8Array>,
  format: SubtitleFormat,
): AsyncGenerator<Cue> {
  let inHeader = format === 'vtt';
  for await (const block of readBlocks(readLines(chunks))) {
    if (inHeader) checkHeader(block);
    else if (format === 'srt' || !isRemark(block)) yield toCue(block, format);
    inHeader = false;
  }
  if (inHeader) throw new MalformedSubtitles(1, 'a WebVTT file begins with WEBVTT');
}

async function* readBlocks(lines: AsyncIterable<string>): AsyncGenerator<Block> {
  let number = 0;
  let block: string[] = [];
  for await (const line of lines) {
    number++;
    if (line.trim() !== '') block.push(line);
    else if (block.length > 0) {
      yield { line: number - block.length, lines: block };
      block = [];
    }
    if (block.length > MAX_BLOCK_LINES) {
      throw new MalformedSubtitles(number, `there is no blank line for ${MAX_BLOCK_LINES} lines`);
    }
  }
  if (block.length > 0) yield { line: number - block.length + 1, lines: block };
}

function checkHeader({ line, lines }: Block): void {
  if (line !== 1 || !/^WEBVTT(?:[ \t]|$)/.test(lines[0])) {
    throw new MalformedSubtitles(1, 'a WebVTT file begins with WEBVTT');
  }
  refuseArrows(lines, line);
}

/** Comments, style sheets and regions, which are no cues. */
function isRemark({ lines }: Block): boolean {
  return /^(?:NOTE|STYLE|REGION)(?:[ \t]|$)/.test(lines[0]);
}

function toCue(block: Block, format: SubtitleFormat): Cue {
  const at = block.lines[0].includes(ARROW) ? 0 : 1;
  if (format === 'srt' && at === 1 && !/^\d+$/.test(block.lines[0].trim())) {
    throw new MalformedSubtitles(block.line, 'the number of a cue was expected');
  }
  const line = block.line + at;
  const text = block.lines.slice(at + 1);
  refuseArrows(text, line + 1);
  return { line, ...timing(block.lines[at] ?? '', line, format), text: text.join('\n') };
}

function timing(text: string, line: number, format: SubtitleFormat): { startMs: number; endMs: number } {
  const [start = '', rest = ''] = text.split(ARROW);
  const [end] = rest.trim().split(/\s/, 1); // what follows is where the cue is to be shown
  const [startMs, endMs] = [milliseconds(start.trim(), format), milliseconds(end, format)];
  if (startMs === undefined || endMs === undefined) {
    throw new MalformedSubtitles(line, `a timing such as ${TIMING_EXAMPLE[format]} was expected`);
  }
  if (endMs <= startMs) throw new MalformedSubtitles(line, 'the cue does not end after it begins');
  return { startMs, endMs };
}

function milliseconds(text: string, format: SubtitleFormat): number | undefined {
  const parts = TIME[format].exec(text);
  if (!parts) return undefined;
  const [, hours, minutes, seconds, ms] = parts.map(Number); // NaN for hours that were left out
  return (((hours || 0) * 60 + minutes) * 60 + seconds) * 1000 + ms;
}

function refuseArrows(lines: readonly string[], first: number): void {
  const index = lines.findIndex((line) => line.includes(ARROW));
  if (index >= 0) throw new MalformedSubtitles(first + index, 'a blank line is missing before the cue');
}
