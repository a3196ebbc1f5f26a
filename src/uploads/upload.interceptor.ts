import {
  type CallHandler,
  createParamDecorator,
  type ExecutionContext,
  Injectable,
  mixin,
  type NestInterceptor,
  type Type,
} from '@nestjs/common';
import type { Request } from 'express';
import { catchError, concatMap, type Observable } from 'rxjs';
import { OwnerUsage } from '../files/owner-usage';
import { DatabaseUnavailable } from '../platform/database/database.errors';
import { ownerOf } from '../platform/http/caller.decorator';
import { UploadReceiver, type ReceivedUpload, type UploadForm } from './upload-receiver';

interface UploadRequest extends Request {
  upload?: ReceivedUpload;
}

/** What a form may have around its files: other fields, headers, boundaries. */
const AROUND_FILES_BYTES = 1024 * 1024;

/**
 * Receives an upload before the controller runs: its fields become the body, for the validation pipe. What
 * nobody came to own in the end is discarded.
 */
export function ReceiveUpload(form: UploadForm): Type<NestInterceptor> {
  @Injectable()
  class UploadInterceptor implements NestInterceptor {
    constructor(
      private readonly receiver: UploadReceiver,
      private readonly usage: OwnerUsage,
    ) {}

    async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
      const request = context.switchToHttp().getRequest<UploadRequest>();
      await this.usage.check(ownerOf(request), { bytes: leastBytes(request, form), files: 1 });
      const upload = await this.receiver.receive(request, form);
      request.upload = upload;
      request.body = upload.fields;
      return next.handle().pipe(
        concatMap(async (answer: unknown) => {
          await this.receiver.discard(upload.files);
          return answer;
        }),
        catchError(async (error: unknown) => {
          // A database that went away may have committed: then the sweep finds out who owns what.
          if (!(error instanceof DatabaseUnavailable)) await this.receiver.discard(upload.files);
          throw error;
        }),
      );
    }
  }
  return mixin(UploadInterceptor);
}

/** How many bytes are certain to be stored if an upload is accepted. Of several files only some may be. */
function leastBytes(request: Request, { several }: UploadForm): number {
  const length = Number(request.headers['content-length'] ?? 0);
  return several ? 0 : Math.max(0, length - AROUND_FILES_BYTES);
}

/** What {@link ReceiveUpload} received. */
export const Upload = createParamDecorator((_: unknown, context: ExecutionContext): ReceivedUpload => {
  const { upload } = context.switchToHttp().getRequest<UploadRequest>();
  if (!upload) throw new Error('@Upload() needs @UseInterceptors(ReceiveUpload(...)) on the route.');
  return upload;
});
