import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { callerOf, type CallerScope } from './caller.decorator';
import { Forbidden } from './caller.errors';

const READING: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Ends a request whose credentials were refused, or do not suffice, once the limits have counted it. */
@Injectable()
export class CallerGuard implements CanActivate {
  /** @throws the refusal · Forbidden */
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Request>();
    const needed: CallerScope = READING.has(request.method) ? 'read' : 'write';
    if (!callerOf(request).scopes.includes(needed))
      throw new Forbidden(`This API key lacks the scope '${needed}'.`);
    return true;
  }
}
