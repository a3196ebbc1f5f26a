import {
  type CallHandler,
  createParamDecorator,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
} from '@nestjs/common';
import type { Request } from 'express';
import { catchError, type Observable } from 'rxjs';
import { DatabaseUnavailable } from '../platform/database/database.errors';
import { UploadReceiver, type ReceivedUpload } from './upload-receiver';

interface UploadRequest extends Request {
  upload?: ReceivedUpload;
}

/**
 * Receives the upload before the controller runs: its fields become the body, for the validation pipe.
 * If the request is refused after all, the bytes are discarded.
 */
@Injectable()
export class UploadInterceptor implements NestInterceptor {
  constructor(private readonly receiver: UploadReceiver) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<UploadRequest>();
    const upload = await this.receiver.receive(request);
    request.upload = upload;
    request.body = upload.fields;
    return next.handle().pipe(
      catchError(async (error: unknown) => {
        if (isUnowned(upload, error)) await this.receiver.discard(upload.file);
        throw error;
      }),
    );
  }
}

/** A database that went away may have committed: then the sweep finds out whether somebody owns the file. */
function isUnowned({ file }: ReceivedUpload, error: unknown): boolean {
  return !file.owned && !(error instanceof DatabaseUnavailable);
}

/** The upload that {@link UploadInterceptor} received. */
export const Upload = createParamDecorator((_: unknown, context: ExecutionContext): ReceivedUpload => {
  const { upload } = context.switchToHttp().getRequest<UploadRequest>();
  if (!upload) throw new Error('@Upload() needs @UseInterceptors(UploadInterceptor) on the route.');
  return upload;
});
