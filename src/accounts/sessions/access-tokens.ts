import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock';
import { SignedTokens, type Access } from './signed-tokens';

/** For how long an access token is good. */
export const ACCESS_SECONDS = 15 * 60;

const AUDIENCE = 'filemill';

/** Tokens that need not be verified again: their signature stays what it was, only time passes. */
const MOST_KNOWN = 1_000;

/** Makes and reads access tokens. */
@Injectable()
export class AccessTokens {
  private readonly known = new Map<string, { readonly access: Access; readonly expiresAt: number }>();

  constructor(
    private readonly tokens: SignedTokens,
    private readonly clock: Clock,
  ) {}

  issue(access: Access): Promise<string> {
    return this.tokens.sign(AUDIENCE, access, ACCESS_SECONDS);
  }

  /** @throws InvalidToken */
  async read(token: string): Promise<Access> {
    const known = this.known.get(token);
    if (known && known.expiresAt > this.clock.now()) return known.access;
    const verified = await this.tokens.verify(AUDIENCE, token);
    if (this.known.size >= MOST_KNOWN) this.known.clear();
    this.known.set(token, verified);
    return verified.access;
  }
}
