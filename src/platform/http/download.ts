import { Logger, StreamableFile } from '@nestjs/common';
import contentDisposition from 'content-disposition';
import type { Request, Response } from 'express';
import type { Readable } from 'node:stream';
import { parseRange, type RequestedRange } from './byte-range';
import { isDigestWanted } from './digests';
import { isNotModified } from './preconditions';

/** Stored bytes as a caller may ask for them. They never change. */
export interface Download {
  readonly filename: string;
  readonly contentType: string;
  readonly sizeBytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
  /** Milliseconds since the Unix epoch. */
  readonly modifiedAt: number;
}

/**
 * Answers a GET or HEAD for stored bytes: conditional requests and one range (RFC 9110, sections 13 and
 * 14), the name (RFC 6266), the digest (RFC 9530), and the headers that keep a browser from running what
 * strangers uploaded.
 *
 * @param read - the bytes, or those of a range; asked only when they are to be sent
 * @throws PreconditionFailed · RangeNotSatisfiable · whatever `read` throws
 */
export async function answerDownload(
  request: Request,
  response: Response,
  download: Download,
  read: (range?: RequestedRange) => Promise<Readable>,
): Promise<StreamableFile | undefined> {
  const { contentType, sizeBytes } = download;
  describe(download, response);
  if (!isDigestWanted(request)) response.removeHeader('Repr-Digest');
  if (isNotModified(request, response)) {
    response.status(304);
    return undefined;
  }
  const range = requestedRange(request, response, sizeBytes);
  const length = range ? range.end - range.start + 1 : sizeBytes;
  const stream = await read(range);
  if (range)
    response.status(206).setHeader('Content-Range', `bytes ${range.start}-${range.end}/${sizeBytes}`);
  return new StreamableFile(stream, { type: contentType, length }).setErrorHandler(breakOff);
}

function describe({ filename, sha256, modifiedAt }: Download, response: Response): void {
  response.set({
    ETag: `"${sha256}"`,
    'Last-Modified': new Date(modifiedAt).toUTCString(),
    'Accept-Ranges': 'bytes',
    'Repr-Digest': `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`,
    'Content-Disposition': contentDisposition(filename),
    'Cache-Control': 'private',
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': "sandbox; default-src 'none'",
  });
}

/** The range to send; undefined for the whole. An `If-Range` that does not hold means the whole. */
function requestedRange(request: Request, response: Response, sizeBytes: number): RequestedRange | undefined {
  const range = request.get('range');
  const ifRange = request.get('if-range');
  const isHeld = [undefined, response.get('ETag'), response.get('Last-Modified')].includes(ifRange);
  // Only GET has ranges (RFC 9110, section 14.2).
  return range !== undefined && request.method === 'GET' && isHeld ? parseRange(range, sizeBytes) : undefined;
}

/** Whatever went wrong while an answer was sent: the client must not take what it has for the whole. */
export function breakOff(error: Error, response: { destroy?(): unknown }): void {
  new Logger('Download').error(`An answer was broken off: ${error.message}`);
  response.destroy?.();
}
