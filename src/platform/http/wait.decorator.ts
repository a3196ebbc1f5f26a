import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request, Response } from 'express';
import { clientGone } from './client-gone';
import { preferredWait } from './prefer';

/** How long a caller wants to be made to wait for the end of what it asks for. */
export interface Wait {
  /** 0 for not at all. */
  readonly ms: number;
  /** Aborted once the caller is gone; there is none without a wait. */
  readonly signal?: AbortSignal;
}

/** What `Prefer: wait=N` asks for; says in `Preference-Applied` that it is heard. */
export const PreferredWait = createParamDecorator((_: unknown, context: ExecutionContext): Wait => {
  const request = context.switchToHttp().getRequest<Request>();
  const response = context.switchToHttp().getResponse<Response>();
  const ms = preferredWait(request, response);
  return ms > 0 ? { ms, signal: clientGone(response) } : { ms };
});
