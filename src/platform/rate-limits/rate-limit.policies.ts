import type { ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { ThrottlerOptions } from '@nestjs/throttler';
import { HOUR_MS, MINUTE_MS } from '../clock/durations';
import type { Settings } from '../config/settings';
import { isRefused } from '../http/caller.decorator';
import { isNewcomer, isUser, requestOf } from '../http/limited-caller';
import { RateLimit, type RateLimitName } from './rate-limit.decorator';

/** Whoever guesses passwords may have credentials too: these go by the address, and hold for everybody. */
export const BY_ADDRESS: ReadonlySet<RateLimitName> = new Set(['login', 'register', 'refused']);

const READING: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);
const reflector = new Reflector();

/** Every limit with its window in milliseconds and how much it allows; 0 for any number. */
export function policiesOf(settings: Settings): ThrottlerOptions[] {
  const uploads = (context: ExecutionContext) =>
    isUser(requestOf(context)) ? settings.UPLOADS_PER_HOUR : settings.ANONYMOUS_UPLOADS_PER_HOUR;
  return [
    policy('login', MINUTE_MS, settings.LOGINS_PER_MINUTE),
    policy('register', HOUR_MS, settings.REGISTRATIONS_PER_HOUR),
    policy('refused', HOUR_MS, settings.REFUSALS_PER_HOUR),
    policy('uploads', HOUR_MS, uploads),
    policy('bytes', HOUR_MS, settings.BYTES_PER_HOUR),
    policy('writes', HOUR_MS, settings.WRITES_PER_HOUR),
    policy('reads', HOUR_MS, settings.READS_PER_HOUR),
  ];
}

function policy(name: RateLimitName, ttl: number, limit: ThrottlerOptions['limit']): ThrottlerOptions {
  return { name, ttl, limit, skipIf: (context) => limit === 0 || !applies(name, context) };
}

/** Whether any limit holds for a request. */
export function isLimited(context: ExecutionContext): boolean {
  const names = namesOf(context);
  return names.length > 0 && (!isNewcomer(requestOf(context)) || names.some((name) => BY_ADDRESS.has(name)));
}

function applies(name: RateLimitName, context: ExecutionContext): boolean {
  return namesOf(context).includes(name) && (BY_ADDRESS.has(name) || !isNewcomer(requestOf(context)));
}

/** Refused credentials use up none of what people behind the same address may do without any. */
function namesOf(context: ExecutionContext): readonly RateLimitName[] {
  if (isRefused(requestOf(context))) return ['refused'];
  const marked = reflector.getAllAndOverride(RateLimit, [context.getHandler(), context.getClass()]);
  return marked ?? [READING.has(requestOf(context).method) ? 'reads' : 'writes'];
}
