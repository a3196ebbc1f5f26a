import { Injectable } from '@nestjs/common';
import { jwtVerify, SignJWT } from 'jose';
import { createSecretKey, type KeyObject } from 'node:crypto';
import { Clock } from '../../platform/clock/clock';
import { Settings } from '../../platform/config/settings';
import { InvalidToken } from '../../platform/http/caller.errors';
import { loadSigningKey } from './signing-key';

/** For how long an access token is good. */
export const ACCESS_SECONDS = 15 * 60;

/** Issuer and audience in one: these tokens are from this service for this service. */
const FILEMILL = 'filemill';
const ALGORITHM = 'HS256';

/** Tokens that need not be verified again: their signature stays what it was, only time passes. */
const MOST_KNOWN = 1_000;

/** What an access token says. */
export interface Access {
  readonly userId: string;
  readonly sessionId: string;
}

/** Makes and reads access tokens (RFC 7519). That one reads well does not mean that its session still lives. */
@Injectable()
export class AccessTokens {
  private readonly key: KeyObject;
  private readonly known = new Map<string, { readonly access: Access; readonly expiresAt: number }>();

  constructor(
    settings: Settings,
    private readonly clock: Clock,
  ) {
    this.key = createSecretKey(loadSigningKey(settings));
  }

  issue({ userId, sessionId }: Access): Promise<string> {
    const now = Math.floor(this.clock.now() / 1000);
    return new SignJWT({ sid: sessionId })
      .setProtectedHeader({ alg: ALGORITHM })
      .setIssuer(FILEMILL)
      .setAudience(FILEMILL)
      .setSubject(userId)
      .setIssuedAt(now)
      .setExpirationTime(now + ACCESS_SECONDS)
      .sign(this.key);
  }

  /** @throws InvalidToken */
  async read(token: string): Promise<Access> {
    const known = this.known.get(token);
    if (known && known.expiresAt > this.clock.now()) return known.access;
    const verified = await this.verify(token);
    if (this.known.size >= MOST_KNOWN) this.known.clear();
    this.known.set(token, verified);
    return verified.access;
  }

  private async verify(token: string): Promise<{ access: Access; expiresAt: number }> {
    try {
      const { payload } = await jwtVerify(token, this.key, {
        algorithms: [ALGORITHM],
        issuer: FILEMILL,
        audience: FILEMILL,
        requiredClaims: ['exp', 'sub', 'sid'],
        currentDate: new Date(this.clock.now()),
      });
      const access = { userId: String(payload.sub), sessionId: String(payload['sid']) };
      return { access, expiresAt: payload.exp! * 1000 };
    } catch (error) {
      throw new InvalidToken('The access token is malformed, expired, or not from here.', { cause: error });
    }
  }
}
