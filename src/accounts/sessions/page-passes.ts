import { Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Identity } from '../../platform/http/caller.decorator';
import { Forbidden } from '../../platform/http/caller.errors';
import { LocalCookie, type CookieRequest } from './local-cookie';
import { SignedTokens, type Access } from './signed-tokens';

/** For how long a pass is good, unless its session ends before. */
const PASS_SECONDS = 60 * 60;

/**
 * For routes that only read and that browsers navigate to, which send no access token: a pass in this cookie shows who it
 * is. See docs/adr/0053-queue-board.md.
 */
export const OpenedBy = Reflector.createDecorator<LocalCookie>();

/** Makes and reads passes: tokens that are good in one cookie, and nowhere else. */
@Injectable()
export class PagePasses {
  constructor(private readonly tokens: SignedTokens) {}

  /** The value of `Set-Cookie`. @throws Forbidden for who has no session here that could end it */
  async issue(cookie: LocalCookie, { userId, sessionId }: Identity, request: CookieRequest): Promise<string> {
    if (userId === null || sessionId === null)
      throw new Forbidden('This is for sessions of this service: send the token of the issuer as it is.');
    const pass = await this.tokens.sign(cookie.name, { userId, sessionId }, PASS_SECONDS);
    return cookie.set(pass, PASS_SECONDS, request);
  }

  /** Of a request that brings one. @throws InvalidToken */
  async read(cookie: LocalCookie, request: Pick<CookieRequest, 'headers'>): Promise<Access | undefined> {
    const pass = cookie.read(request);
    return pass === undefined ? undefined : (await this.tokens.verify(cookie.name, pass)).access;
  }
}
