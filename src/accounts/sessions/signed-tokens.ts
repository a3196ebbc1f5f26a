import { Injectable } from '@nestjs/common';
import { jwtVerify, SignJWT } from 'jose';
import { createSecretKey, type KeyObject } from 'node:crypto';
import { Clock } from '../../platform/clock/clock';
import { Settings } from '../../platform/config/settings';
import { InvalidToken } from '../../platform/http/caller.errors';
import { loadSigningKey } from './signing-key';

const ISSUER = 'filemill';
const ALGORITHM = 'HS256';

/** On behalf of whom, and of which of their sessions. */
export interface Access {
  readonly userId: string;
  readonly sessionId: string;
}

/**
 * Tokens of this service for this service (RFC 7519). The audience says what one is good for: no other takes it. That one
 * reads well does not mean that its session still lives.
 */
@Injectable()
export class SignedTokens {
  private readonly key: KeyObject;

  constructor(
    settings: Settings,
    private readonly clock: Clock,
  ) {
    this.key = createSecretKey(loadSigningKey(settings));
  }

  sign(audience: string, { userId, sessionId }: Access, seconds: number): Promise<string> {
    const now = Math.floor(this.clock.now() / 1000);
    return new SignJWT({ sid: sessionId })
      .setProtectedHeader({ alg: ALGORITHM })
      .setIssuer(ISSUER)
      .setAudience(audience)
      .setSubject(userId)
      .setIssuedAt(now)
      .setExpirationTime(now + seconds)
      .sign(this.key);
  }

  /** @throws InvalidToken */
  async verify(audience: string, token: string): Promise<{ access: Access; expiresAt: number }> {
    try {
      const { payload } = await jwtVerify(token, this.key, {
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        audience,
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
