import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock';
import { DomainError } from '../../platform/errors/domain-error';
import { OutboundHttp } from '../../platform/outbound/outbound-http';
import { retryAfterSeconds } from '../../platform/outbound/retry-after';
import { signedHeaders } from './signature';
import type { Delivery } from './webhook';

/** A receiver acknowledges first and works later. */
const TIMEOUT_MS = 15_000;

/** What came of one try. */
export interface Reception {
  readonly arrived: boolean;
  /** The receiver wants no more of it. */
  readonly gone: boolean;
  /** Null when there was no answer. */
  readonly status: number | null;
  readonly error: string | null;
  /** Milliseconds that the receiver asks to be left alone. */
  readonly pauseMs: number;
}

/** Posts messages to receivers, through the guarded way out. Only the head of their answer counts. */
@Injectable()
export class WebhookSender {
  constructor(
    private readonly outbound: OutboundHttp,
    private readonly clock: Clock,
  ) {}

  /** @throws the reason of `signal` */
  async send(
    { deliveryId, payload }: Delivery,
    url: string,
    secrets: readonly string[],
    signal: AbortSignal,
  ): Promise<Reception> {
    const timestamp = Math.floor(this.clock.now() / 1000);
    const signed = signedHeaders({ id: deliveryId, timestamp, body: payload }, secrets);
    try {
      const response = await this.outbound.request(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...signed },
        body: Buffer.from(payload),
        maxBytes: Number.MAX_SAFE_INTEGER, // none of them is read
        timeoutMs: TIMEOUT_MS,
        idleMs: TIMEOUT_MS,
        signal,
      });
      response.close();
      return this.judge(response.status, response.headers['retry-after']);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof DomainError)) throw error;
      return { arrived: false, gone: false, status: null, error: error.message, pauseMs: 0 };
    }
  }

  /** A redirect is no delivery: where it leads nobody has registered. */
  private judge(status: number, retryAfter: string | undefined): Reception {
    const arrived = status >= 200 && status < 300;
    const seconds = retryAfterSeconds(retryAfter, this.clock.now()) ?? 0;
    return {
      arrived,
      gone: status === 410,
      status,
      error: arrived ? null : `The receiver answered ${status}.`,
      pauseMs: arrived ? 0 : seconds * 1000,
    };
  }
}
