import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { InvalidTusHeader, UnsupportedTusVersion, UnsupportedUploadBody } from './resumable-uploads.errors';

const VERSION = '1.0.0';
/** The type of a body that carries bytes of an upload. */
export const PIECE_TYPE = 'application/offset+octet-stream';
/** Longer than every field at its limit in Base64, and shorter than all headers together may be. */
const METADATA_BYTES = 12 * 1024;
const METADATA_KEYS = 50;

/** What holds for the headers of every tus request, before anything is looked up. */
@Injectable()
export class TusGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Request>();
    const response = context.switchToHttp().getResponse<Response>();
    response.setHeader('Tus-Resumable', VERSION);
    if (request.headers['tus-resumable'] !== VERSION) {
      response.setHeader('Tus-Version', VERSION);
      throw new UnsupportedTusVersion();
    }
    checkBody(request);
    checkMetadata(request);
    return true;
  }
}

function checkBody({ method, headers }: Request): void {
  const isPiece = method === 'PATCH' || headers['content-type'] === PIECE_TYPE;
  if (!isPiece) return;
  if (headers['content-type'] !== PIECE_TYPE) throw new UnsupportedUploadBody();
  if ((headers['content-encoding'] ?? 'identity') !== 'identity') throw new UnsupportedUploadBody();
}

function checkMetadata({ headers }: Request): void {
  const metadata = headers['upload-metadata'];
  if (typeof metadata !== 'string') return;
  if (metadata.length > METADATA_BYTES || metadata.split(',').length > METADATA_KEYS)
    throw new InvalidTusHeader(
      `Upload-Metadata takes up to ${METADATA_BYTES} bytes and ${METADATA_KEYS} entries.`,
    );
}
