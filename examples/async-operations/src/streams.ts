import { pause } from './pause';

/** Small pieces that are there already travel together. */
const CHUNK_CHARS = 16 * 1024;
const LOG_LINES = 10;
const LOG_PAUSE_MS = 200;
const WORD_PAUSE_MS = 50;

const LEVELS = ['INFO', 'DEBUG', 'WARNING'] as const;

/** 1 to `count`, a line each. */
export function numbers(count: number): Iterable<string> {
  return inChunks(count, (index) => `Number: ${index + 1}\n`);
}

/** As many JSON documents, a line each. */
export function items(count: number): Iterable<string> {
  return inChunks(count, (index) => `${JSON.stringify({ id: index + 1, name: `Item ${index + 1}` })}\n`);
}

/** Lines of a log that is made up, as they come. */
export async function* logLines(now: () => number, gone: AbortSignal): AsyncGenerator<string> {
  for (let index = 0; index < LOG_LINES && !gone.aborted; index++) {
    if (index > 0) await pause(LOG_PAUSE_MS, gone);
    const time = new Date(now()).toISOString();
    yield `${time} ${LEVELS[index % LEVELS.length]} Log entry ${index + 1} of ${LOG_LINES}\n`;
  }
}

/** An answer that is made up, word by word, as a language model gives it. */
export async function* answerWords(prompt: string, gone: AbortSignal): AsyncGenerator<string> {
  const answer = `You said: ${prompt.trim()} This answer comes word by word, and stops when you leave.`;
  for (const [index, word] of answer.split(/\s+/).entries()) {
    if (index > 0) await pause(WORD_PAUSE_MS, gone);
    if (gone.aborted) return;
    yield index === 0 ? word : ` ${word}`;
  }
  yield '\n';
}

function* inChunks(count: number, line: (index: number) => string): Generator<string> {
  let chunk = '';
  for (let index = 0; index < count; index++) {
    chunk += line(index);
    if (chunk.length < CHUNK_CHARS) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
}
