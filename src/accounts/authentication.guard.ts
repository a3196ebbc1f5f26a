import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { Settings } from '../platform/config/settings';
import { ANYONE, identify, refuse, type Identity } from '../platform/http/caller.decorator';
import { InvalidToken, NotAuthenticated } from '../platform/http/caller.errors';
import { PUBLIC } from '../platform/http/public.decorator';
import { Authenticator } from './authenticator';
import { OpenedBy, PagePasses } from './sessions/page-passes';

const BEARER = /^Bearer +([\w.~+/=-]+)$/i;

/**
 * Finds out on whose behalf every request comes, before anything else looks at it. Credentials that are not
 * good are refused: nobody who thinks to be logged in acts as the anonymous caller. The refusal is counted
 * before it is told, see `CallerGuard`.
 */
@Injectable()
export class AuthenticationGuard implements CanActivate {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly passes: PagePasses,
    private readonly reflector: Reflector,
    private readonly settings: Settings,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Request>();
    const isPublic = this.reflector.getAllAndOverride<boolean>(PUBLIC, [
      context.getHandler(),
      context.getClass(),
    ]);
    try {
      identify(request, isPublic ? ANYONE : await this.callerOf(request, context));
    } catch (error) {
      refuse(request, error);
    }
    return true;
  }

  private async callerOf(request: Request, context: ExecutionContext): Promise<Identity> {
    const authorization = request.get('authorization');
    const apiKey = request.get('x-api-key');
    if (authorization !== undefined && apiKey !== undefined)
      throw new InvalidToken('Send an access token or an API key, not both.');
    if (apiKey !== undefined) return this.authenticator.ofApiKey(apiKey);
    if (authorization !== undefined) return this.authenticator.ofBearer(tokenOf(authorization));
    const cookie = this.reflector.get(OpenedBy, context.getHandler());
    const pass = cookie && (await this.passes.read(cookie, request));
    if (pass) return this.authenticator.ofPass(pass);
    if (this.settings.AUTH_REQUIRED) throw new NotAuthenticated();
    return ANYONE;
  }
}

function tokenOf(authorization: string): string {
  const token = BEARER.exec(authorization)?.[1];
  if (token === undefined) throw new InvalidToken('Authorization takes the form: Bearer <token>.');
  return token;
}
