import {
  type CallHandler,
  createParamDecorator,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import { defer, lastValueFrom, type Observable } from 'rxjs';
import { Clock } from '../clock/clock';
import { DAY_MS } from '../clock/durations';
import { ownerOf } from '../http/caller.decorator';
import { IdempotencyKey } from './idempotency-key';
import { IdempotencyKeyReused, MalformedIdempotencyKey } from './idempotency.errors';
import { IdempotencyRepository, type KeptReply } from './idempotency.repository';
import { KeysUnderWay } from './keys-under-way';
import { Once, type AnswerOptions, type KeepReply, type Reply } from './once';

/** How long a reply is kept. */
export const KEPT_MS = DAY_MS;

const KEY = /^[!-~]{1,255}$/;

interface OnceRequest extends Request {
  onceOnly?: Once;
}

/**
 * Holds the `Idempotency-Key` of a request (draft-ietf-httpapi-idempotency-key-header-07) for as long as the
 * request takes: another one with it is refused meanwhile. Keys are those of their owner.
 */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(
    private readonly replies: IdempotencyRepository,
    private readonly keys: KeysUnderWay,
    private readonly clock: Clock,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<OnceRequest>();
    const response = context.switchToHttp().getResponse<Response>();
    const key = keyOf(request);
    if (key === undefined) {
      request.onceOnly = new AnyTime(response);
      return next.handle();
    }
    const release = await this.keys.hold(ownerOf(request), key);
    request.onceOnly = new Keyed(request, response, key, this.replies, this.clock);
    // Free before the answer is sent: who has it may send the key again.
    return defer(async () => {
      try {
        return await lastValueFrom(next.handle(), { defaultValue: undefined });
      } finally {
        await release();
      }
    });
  }
}

/** The request of a route with {@link IdempotencyInterceptor}, as one that may come again. */
export const OnceOnly = createParamDecorator((_: unknown, context: ExecutionContext): Once => {
  const { onceOnly } = context.switchToHttp().getRequest<OnceRequest>();
  if (!onceOnly) throw new Error('@OnceOnly() needs @UseInterceptors(IdempotencyInterceptor) on the route.');
  return onceOnly;
});

/** In quotes, as a structured field (RFC 9651) has it, or without, as most clients send it. */
function keyOf(request: Request): IdempotencyKey | undefined {
  const header = request.get('idempotency-key');
  if (header === undefined) return undefined;
  const key = /^"([^"\\]*)"$/.exec(header)?.[1] ?? header;
  if (!KEY.test(key)) throw new MalformedIdempotencyKey();
  return new IdempotencyKey(key);
}

const asItIs = <Body>(body: Body) => Promise.resolve(body);
const always = () => Promise.resolve(true);

function locate(response: Response, location?: string | null): void {
  if (location !== undefined && location !== null) response.setHeader('Location', location);
}

/** Without a key: every request is a new one. */
class AnyTime extends Once {
  constructor(private readonly response: Response) {
    super();
  }

  override async answer<Body extends object>(
    _: unknown,
    work: (keep: KeepReply<Body>) => Promise<Reply<Body>>,
    { settle = asItIs }: AnswerOptions<Body> = {},
  ): Promise<Body> {
    const { body, location } = await work(() => Promise.resolve());
    const settled = await settle(body);
    locate(this.response, location);
    return settled;
  }
}

class Keyed extends Once {
  private readonly owner: string;
  private readonly route: string;

  constructor(
    request: Request,
    private readonly response: Response,
    private readonly key: IdempotencyKey,
    private readonly replies: IdempotencyRepository,
    private readonly clock: Clock,
  ) {
    super();
    this.owner = ownerOf(request);
    this.route = `${request.method} ${request.originalUrl}`;
  }

  override async answer<Body extends object>(
    content: unknown,
    work: (keep: KeepReply<Body>) => Promise<Reply<Body>>,
    { stands = always, settle = asItIs }: AnswerOptions<Body> = {},
  ): Promise<Body> {
    const fingerprint = this.key.fingerprint([this.route, content]);
    const before = await this.replies.find(this.owner, this.key.name, this.clock.now() - KEPT_MS);
    if (before) {
      if (before.fingerprint !== fingerprint) throw new IdempotencyKeyReused();
      const body = JSON.parse(this.key.unseal(before.body)) as Body;
      if (await stands(body)) {
        const settled = await this.update(before, await settle(body));
        this.response.status(before.status).setHeader('Idempotent-Replayed', 'true');
        locate(this.response, before.location);
        return settled;
      }
    }
    let kept: KeptReply | undefined;
    const reply = await work(async (queries, preliminary) => {
      kept = this.toKept(preliminary, fingerprint);
      await this.replies.insert(queries, kept, before ? before.created_at + 1 : kept.created_at - KEPT_MS);
    });
    const settled = await settle(reply.body);
    locate(this.response, reply.location);
    return kept ? this.update(kept, settled) : settled;
  }

  /** What is given last is what is kept; where it cannot be, the reply before stays. Never rejects. */
  private async update<Body extends object>(kept: KeptReply, body: Body): Promise<Body> {
    const text = JSON.stringify(body);
    if (this.key.unseal(kept.body) !== text)
      await this.replies.replaceBody(kept, this.key.seal(text)).catch(() => {});
    return body;
  }

  private toKept({ body, location }: Reply<object>, fingerprint: string): KeptReply {
    return {
      owner: this.owner,
      key: this.key.name,
      fingerprint,
      status: this.response.statusCode,
      location: location ?? null,
      body: this.key.seal(JSON.stringify(body)),
      created_at: this.clock.now(),
    };
  }
}
