import {
  Controller,
  Delete,
  Head,
  HttpCode,
  Options,
  Param,
  Patch,
  Post,
  Req,
  Res,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { ApiExcludeEndpoint, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { BacklogGuard } from '../../platform/admission/backlog.guard';
import { Settings } from '../../platform/config/settings';
import { ReadinessGuard } from '../../platform/health/readiness.guard';
import { Caller, type Owner } from '../../platform/http/caller.decorator';
import { IdPipe } from '../../platform/http/id.pipe';
import { RequestBody } from '../../platform/http/multipart/request-body';
import { IdempotencyInterceptor, OnceOnly } from '../../platform/idempotency/idempotency.interceptor';
import { Once } from '../../platform/idempotency/once';
import { RateLimit } from '../../platform/rate-limits/rate-limit.decorator';
import { ApiAppend, ApiCreate, ApiStatus, ApiTerminate } from './resumable-uploads.dto';
import { ResumableUploadNotFound } from './resumable-uploads.errors';
import { PIECE_TYPE, TusGuard } from './tus.guard';
import { TusProtocol, type TusAnswer, type TusRequest } from './tus.protocol';

/** What is kept of a creation under its Idempotency-Key: all else is looked up. */
interface CreatedUpload {
  readonly upload_id: string;
}

/** A body is never longer than a file; this says when to stop reading what nobody wants. */
const EXCESS_BYTES = 1024 * 1024;

/** No answer has a body. */
const OF_A_BODY = new Set(['content-type', 'content-length']);

const UploadId = () => Param('upload_id', IdPipe(ResumableUploadNotFound));

/** tus 1.0: an upload in as many requests as it takes. */
@ApiTags('uploads')
@Controller('upload/resumable')
export class ResumableUploadsController {
  constructor(
    private readonly protocol: TusProtocol,
    private readonly settings: Settings,
  ) {}

  @Post()
  @HttpCode(201)
  @RateLimit(['uploads', 'bytes'])
  @UseGuards(ReadinessGuard, BacklogGuard, TusGuard)
  @UseInterceptors(IdempotencyInterceptor)
  @ApiCreate()
  async create(
    @Caller() owner: Owner,
    @Req() request: Request,
    // Sent when this is over: who has the answer may send the key again.
    @Res({ passthrough: true }) response: Response,
    @OnceOnly() once: Once,
  ): Promise<void> {
    let answer: TusAnswer | undefined;
    const reply = (uploadId: string) => ({ body: { upload_id: uploadId } });
    await once.answer<CreatedUpload>(
      wishOf(request),
      async (keep) => {
        let created = '';
        answer = await this.ask(request, owner, {
          onCreated: async (queries, { uploadId }) => {
            created = uploadId;
            await keep(queries, reply(uploadId));
          },
        });
        return reply(created);
      },
      {
        stands: async ({ upload_id }) =>
          (answer = await this.protocol.createdBefore(owner, upload_id)) !== undefined,
      },
    );
    setHeaders(response, answer!);
  }

  @Head(':upload_id')
  @UseGuards(TusGuard)
  @ApiStatus()
  status(
    @Caller() owner: Owner,
    @UploadId() uploadId: string,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    return this.answer(request, response, owner, uploadId);
  }

  @Patch(':upload_id')
  @HttpCode(204)
  @RateLimit(['bytes'])
  @UseGuards(ReadinessGuard, TusGuard)
  @ApiAppend()
  append(
    @Caller() owner: Owner,
    @UploadId() uploadId: string,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    return this.answer(request, response, owner, uploadId);
  }

  @Delete(':upload_id')
  @HttpCode(204)
  @UseGuards(TusGuard)
  @ApiTerminate()
  terminate(
    @Caller() owner: Owner,
    @UploadId() uploadId: string,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    return this.answer(request, response, owner, uploadId);
  }

  @Options(['', ':upload_id'])
  @RateLimit([])
  @ApiExcludeEndpoint()
  options(@Caller() owner: Owner, @Req() request: Request, @Res() response: Response): Promise<void> {
    return this.answer(request, response, owner);
  }

  private async answer(request: Request, response: Response, owner: Owner, uploadId?: string): Promise<void> {
    send(response, await this.ask(request, owner, { uploadId }));
  }

  private async ask(
    request: Request,
    owner: Owner,
    more: Pick<TusRequest, 'uploadId' | 'onCreated'>,
  ): Promise<TusAnswer> {
    const body = this.bodyOf(request);
    try {
      const stream = body && toStream(body);
      const { method } = request;
      return await this.protocol.handle({
        owner,
        method,
        headers: toHeaders(request),
        body: stream,
        ...more,
      });
    } finally {
      body?.stop();
    }
  }

  private bodyOf(request: Request): RequestBody | undefined {
    const { method, headers } = request;
    const isPiece = (method === 'POST' || method === 'PATCH') && headers['content-type'] === PIECE_TYPE;
    return isPiece ? new RequestBody(request, this.settings.MAX_FILE_SIZE_BYTES + EXCESS_BYTES) : undefined;
  }
}

function send(response: Response, answer: TusAnswer): void {
  setHeaders(response, answer);
  response.status(answer.status).end();
}

function setHeaders(response: Response, { headers }: TusAnswer): void {
  for (const [name, value] of headers) if (!OF_A_BODY.has(name)) response.setHeader(name, value);
}

/** What tells a creation from another one under the same Idempotency-Key; whatever bytes come with it. */
function wishOf(request: Request): unknown {
  return ['upload-length', 'upload-defer-length', 'upload-metadata'].map((name) => request.get(name) ?? null);
}

function toHeaders({ headers }: Request): Headers {
  const texts = Object.entries(headers).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return new Headers(texts);
}

/** A stream that reads nothing ahead: the body does. */
function toStream(body: RequestBody): ReadableStream<Uint8Array> {
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>) => {
    const chunk = await body.next();
    if (chunk) controller.enqueue(chunk);
    else controller.close();
  };
  return new ReadableStream({ pull }, { highWaterMark: 0 });
}
