import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';

/** Whom files and jobs belong to. */
export type Owner = string;

/** The caller without credentials: an owner like any other. */
export const ANONYMOUS: Owner = 'anonymous';

/** What a caller may do at all: `read` is GET and HEAD, `write` everything else. */
export type CallerScope = 'read' | 'write';

/** How a caller showed who they are; `none` is the anonymous caller, `cookie` a browser that navigates. */
export type Credential = 'none' | 'session' | 'cookie' | 'api-key' | 'oidc';

/** On whose behalf a request comes, and what it may do. */
export interface Identity {
  readonly owner: Owner;
  /** Null for the anonymous caller. */
  readonly userId: string | null;
  readonly role: 'user' | 'admin';
  readonly scopes: readonly CallerScope[];
  readonly how: Credential;
  /** The session whose access token it is; null for every other credential. */
  readonly sessionId: string | null;
}

/** Nobody in particular, and allowed what everybody is. */
export const ANYONE: Identity = {
  owner: ANONYMOUS,
  userId: null,
  role: 'user',
  scopes: ['read', 'write'],
  how: 'none',
  sessionId: null,
};

interface IdentifiedRequest extends Request {
  caller?: Identity;
  refusal?: unknown;
}

/** Says whose a request is, once that is known: before any other guard, interceptor or handler. */
export function identify(request: Request, caller: Identity): void {
  (request as IdentifiedRequest).caller = caller;
}

/** Says that nobody stands behind a request, and why: whoever asks for its caller is told. */
export function refuse(request: Request, refusal: unknown): void {
  (request as IdentifiedRequest).refusal = refusal;
}

/** Whether a request brings no credentials that hold where it needs them. */
export function isRefused(request: Request): boolean {
  return (request as IdentifiedRequest).refusal !== undefined;
}

/**
 * On whose behalf a request comes.
 *
 * @throws the refusal, if there is one
 * @throws Error when nobody has found out: a request that was not judged belongs to nobody, not to everybody
 */
export function callerOf(request: Request): Identity {
  const { caller, refusal } = request as IdentifiedRequest;
  if (refusal !== undefined) throw refusal;
  if (!caller) throw new Error(`Nobody authenticated ${request.method} ${request.path}.`);
  return caller;
}

/** The owner on whose behalf a request comes. */
export function ownerOf(request: Request): Owner {
  return callerOf(request).owner;
}

/** The owner on whose behalf a request comes. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): Owner => {
  return ownerOf(context.switchToHttp().getRequest<Request>());
});

/** The same with all that is known of the caller. */
export const CallerIdentity = createParamDecorator((_: unknown, context: ExecutionContext): Identity => {
  return callerOf(context.switchToHttp().getRequest<Request>());
});
