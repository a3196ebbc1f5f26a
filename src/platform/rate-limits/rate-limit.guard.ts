import { type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import {
  InjectThrottlerOptions,
  InjectThrottlerStorage,
  ThrottlerGuard,
  type ThrottlerModuleOptions,
  type ThrottlerRequest,
} from '@nestjs/throttler';
import type { Request, Response } from 'express';
import type { Socket } from 'node:net';
import { Settings } from '../config/settings';
import { addressOf, requestOf, trackerOf } from '../http/limited-caller';
import { rateLimitHeaders, type AppliedLimit } from './rate-limit-headers';
import type { RateLimitName } from './rate-limit.decorator';
import { BY_ADDRESS, isLimited } from './rate-limit.policies';
import { RateLimitStorage } from './rate-limit.storage';
import { RateLimited } from './rate-limits.errors';

/** One limit that a request was held against. */
interface Count extends AppliedLimit {
  readonly key: string;
  readonly ttl: number;
  readonly cost: number;
  readonly isBlocked: boolean;
}

/**
 * Holds each request against all limits of its route (`@RateLimit()`), tells in the answer how the caller
 * stands with them, and refuses it when one is used up. What is refused uses up none of them.
 */
@Injectable()
export class RateLimitGuard extends ThrottlerGuard {
  private readonly counts = new WeakMap<Request, Count[]>();
  private readonly seenBytes = new WeakMap<Socket, number>();

  constructor(
    @InjectThrottlerOptions() options: ThrottlerModuleOptions,
    @InjectThrottlerStorage() private readonly storage: RateLimitStorage,
    reflector: Reflector,
    private readonly settings: Settings,
  ) {
    super(options, storage, reflector);
  }

  /** @throws RateLimited, for the limit that stays used up the longest */
  override async canActivate(context: ExecutionContext): Promise<boolean> {
    if (!this.settings.RATE_LIMITS || !isLimited(context)) return true;
    const request = requestOf(context);
    const response = context.switchToHttp().getResponse<Response>();
    this.counts.set(request, []);
    await super.canActivate(context);
    const counts = this.counts.get(request)!;
    if (counts.length === 0) return true;
    response.set(rateLimitHeaders(counts));
    const blocked = counts.filter(({ isBlocked }) => isBlocked);
    if (blocked.length === 0) {
      this.settleBytes(request, response, counts);
      return true;
    }
    for (const count of counts) if (!count.isBlocked) await this.charge(count, -count.cost);
    const [{ name, resetSeconds }] = blocked.toSorted((a, b) => b.resetSeconds - a.resetSeconds);
    throw new RateLimited(name, resetSeconds);
  }

  /** Counts, and leaves the judgement until all limits are known. */
  protected override async handleRequest(props: ThrottlerRequest): Promise<boolean> {
    const { context, limit, ttl, throttler } = props;
    const name = throttler.name as RateLimitName;
    const request = requestOf(context);
    const key = `${name} ${BY_ADDRESS.has(name) ? addressOf(request) : trackerOf(request)}`;
    const cost = name === 'bytes' ? statedBytes(request) : 1;
    const { totalHits, timeToExpire, isBlocked } = await this.storage.increment(
      key,
      ttl,
      limit,
      0,
      name,
      cost,
    );
    this.counts.get(request)!.push({
      name,
      key,
      ttl,
      limit,
      cost,
      windowSeconds: ttl / 1000,
      used: totalHits,
      resetSeconds: timeToExpire,
      isBlocked,
    });
    return !isBlocked;
  }

  /** Of a body that does not say its length, or breaks off, what came is counted in the end. */
  private settleBytes(request: Request, response: Response, counts: readonly Count[]): void {
    const count = counts.find(({ name }) => name === 'bytes');
    if (!count) return;
    response.once('close', () => {
      const received = this.received(request.socket);
      const most = count.cost > 0 ? Math.min(received, count.cost) : received;
      void this.charge(count, most - count.cost);
    });
  }

  /** Bytes that came on a connection since it was asked the last time, those around a body among them. */
  private received(socket: Socket): number {
    const before = this.seenBytes.get(socket) ?? 0;
    this.seenBytes.set(socket, socket.bytesRead);
    return socket.bytesRead - before;
  }

  /** Whether there is room for it or not. */
  private async charge({ key, ttl, name }: Count, cost: number): Promise<void> {
    if (cost !== 0) await this.storage.increment(key, ttl, Number.MAX_SAFE_INTEGER, 0, name, cost);
  }
}

function statedBytes({ headers }: Request): number {
  return Number(headers['content-length'] ?? 0) || 0;
}
