import type { UploadResponseDto } from '@app/uploads/uploads.dto';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { json } from 'node:stream/consumers';
import { BOUNDARY, CLOSE, MULTIPART } from './multipart-body';

export interface StreamedUpload {
  readonly status: number | undefined;
  readonly body: UploadResponseDto;
  /** Of what was sent. */
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** Uploads a file of any size that is made on the way, never faster than the service takes it. */
export async function streamedUpload(
  url: string,
  filename: string,
  pieces: Iterable<Uint8Array>,
): Promise<StreamedUpload> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  function* body(): Generator<Uint8Array> {
    yield Buffer.from(
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="${filename}"\r\n\r\n`,
    );
    for (const piece of pieces) {
      hash.update(piece);
      sizeBytes += piece.length;
      yield piece;
    }
    yield Buffer.concat([Buffer.from('\r\n'), CLOSE]);
  }
  const upload = request(`${url}/upload`, { method: 'POST', headers: { 'Content-Type': MULTIPART } });
  const answered = once(upload, 'response') as Promise<[IncomingMessage]>;
  await pipeline(body, upload);
  const [response] = await answered;
  const answer = (await json(response)) as UploadResponseDto;
  return { status: response.statusCode, body: answer, sha256: hash.digest('hex'), sizeBytes };
}

/** One piece over and over. */
export function* repeated(piece: Uint8Array, times: number): Generator<Uint8Array> {
  for (let i = 0; i < times; i++) yield piece;
}
