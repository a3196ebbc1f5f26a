import { StreamableFile } from '@nestjs/common';
import { Readable } from 'node:stream';
import { breakOff } from './download';

/**
 * An answer that is made while it is sent: no faster than the client takes it, and the source is ended when the
 * client leaves. What goes wrong on the way breaks the connection, so that nobody takes what came for the whole.
 *
 * @param type - media type of the answer
 */
export function answerChunks(
  type: string,
  chunks: Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>,
): StreamableFile {
  return new StreamableFile(Readable.from(chunks, { objectMode: false }), { type }).setErrorHandler(breakOff);
}
