import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { createHash, timingSafeEqual } from 'node:crypto';
import { isLoopback } from '../config/load-settings';
import { Settings } from '../config/settings';
import { Forbidden, InvalidToken, NotAuthenticated } from '../http/caller.errors';

const BEARER = /^Bearer +(\S+)$/i;

/**
 * Metrics are for who has METRICS_TOKEN. Without one they are there on a service for this machine alone
 * (loopback, AUTH_REQUIRED off), and nowhere else.
 */
@Injectable()
export class MetricsGuard implements CanActivate {
  constructor(private readonly settings: Settings) {}

  /** @throws Forbidden · NotAuthenticated · InvalidToken */
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Request>();
    const { METRICS_TOKEN, AUTH_REQUIRED, HOST } = this.settings;
    if (METRICS_TOKEN === '') {
      if (AUTH_REQUIRED || !isLoopback(HOST))
        throw new Forbidden('Set METRICS_TOKEN, and send it as Authorization: Bearer.');
      return true;
    }
    const authorization = request.get('authorization');
    if (authorization === undefined)
      throw new NotAuthenticated('Send the METRICS_TOKEN as Authorization: Bearer.');
    const token = BEARER.exec(authorization)?.[1] ?? '';
    if (!timingSafeEqual(digest(token), digest(METRICS_TOKEN)))
      throw new InvalidToken('This is not the METRICS_TOKEN of the service.');
    return true;
  }
}

/** Of one length, so that they can be compared in constant time. */
function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
