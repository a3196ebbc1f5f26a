import type { ExecutionContext } from '@nestjs/common';
import { normalizeIp } from '@nestjs/throttler';
import type { Request } from 'express';
import { ANONYMOUS, isRefused, ownerOf } from './caller.decorator';

export function requestOf(context: ExecutionContext): Request {
  return context.switchToHttp().getRequest<Request>();
}

/** Whether a request comes with credentials that hold. */
export function isUser(request: Request): boolean {
  return !isRefused(request) && ownerOf(request) !== ANONYMOUS;
}

/** Whose count a request goes to: that of a user, or of an address when nobody is known. */
export function trackerOf(request: Request): string {
  return isUser(request) ? `owner ${ownerOf(request)}` : addressOf(request);
}

/**
 * Whose count a request goes to whatever credentials it brings. Of IPv6 it is the network of 64 bits, which is
 * what one customer has.
 */
export function addressOf({ ip = '' }: Request): string {
  return `address ${normalizeIp(ip)}`;
}

/**
 * Whether somebody tries the service out on their own machine. What a proxy on the same machine passes on does
 * not come from there: it says so in a header, and whoever forges that is only limited sooner.
 */
export function isNewcomer(request: Request): boolean {
  const { socket, headers } = request;
  if (isUser(request) || isRefused(request)) return false;
  if (headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined) return false;
  const peer = normalizeIp(socket.remoteAddress ?? '');
  return peer === '::1' || peer.startsWith('127.');
}
