import { Injectable } from '@nestjs/common';
import {
  createRemoteJWKSet,
  decodeJwt,
  errors,
  jwtVerify,
  type JWTPayload,
  type JWTVerifyGetKey,
} from 'jose';
import { Clock } from '../../platform/clock/clock';
import { Settings } from '../../platform/config/settings';
import { InvalidToken, IssuerUnavailable } from '../../platform/http/caller.errors';

const ALGORITHMS = ['RS256', 'ES256', 'EdDSA'];
const TIMEOUT_MS = 5_000;

/** What a token of the issuer says about its user. */
export interface ForeignClaims {
  readonly issuer: string;
  readonly subject: string;
  readonly username: string | undefined;
  readonly email: string | undefined;
  /** Whether the issuer has seen to it that the address is the user's. */
  readonly isVerified: boolean;
  readonly fullName: string | undefined;
  /** By its roles. */
  readonly isAdmin: boolean;
}

/**
 * Reads the access tokens of one OpenID Connect issuer. Its keys are found by discovery (OpenID Connect
 * Discovery 1.0) with the first token, kept, and asked for again when a token names one that is new.
 */
@Injectable()
export class ForeignTokens {
  private keys: Promise<JWTVerifyGetKey> | undefined;

  constructor(
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {}

  /** Whether a token says that it is the issuer's; nothing is checked yet. */
  mayRead(token: string): boolean {
    const { OIDC_ISSUER } = this.settings;
    try {
      return OIDC_ISSUER !== '' && decodeJwt(token).iss === OIDC_ISSUER;
    } catch {
      return false;
    }
  }

  /** @throws InvalidToken · IssuerUnavailable */
  async read(token: string): Promise<ForeignClaims> {
    const keys = await this.issuerKeys();
    try {
      const { payload } = await jwtVerify(token, keys, {
        algorithms: ALGORITHMS,
        issuer: this.settings.OIDC_ISSUER,
        audience: this.settings.OIDC_AUDIENCE,
        requiredClaims: ['exp', 'sub'],
        currentDate: new Date(this.clock.now()),
      });
      return this.toClaims(payload);
    } catch (error) {
      if (error instanceof IssuerUnavailable) throw error;
      throw new InvalidToken('The token of the issuer is malformed, expired, or not for this service.', {
        cause: error,
      });
    }
  }

  /** What fails is tried again with the next token. */
  private issuerKeys(): Promise<JWTVerifyGetKey> {
    this.keys ??= this.discover().catch((error: unknown) => {
      this.keys = undefined;
      throw new IssuerUnavailable(error);
    });
    return this.keys;
  }

  private async discover(): Promise<JWTVerifyGetKey> {
    const { OIDC_ISSUER } = this.settings;
    const url = `${OIDC_ISSUER.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'error' });
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    const { issuer, jwks_uri } = (await response.json()) as { issuer?: unknown; jwks_uri?: unknown };
    if (issuer !== OIDC_ISSUER || typeof jwks_uri !== 'string')
      throw new Error(`${url} is not the configuration of this issuer`);
    const keys = createRemoteJWKSet(new URL(jwks_uri), { timeoutDuration: TIMEOUT_MS });
    return (...about) => keys(...about).catch(tellApart);
  }

  private toClaims(payload: JWTPayload): ForeignClaims {
    const { OIDC_ISSUER, OIDC_ADMIN_ROLE } = this.settings;
    const roles = [payload['roles']].flat();
    return {
      issuer: OIDC_ISSUER,
      subject: payload.sub!,
      username: textOf(payload['preferred_username']),
      email: textOf(payload['email']),
      isVerified: payload['email_verified'] === true,
      fullName: textOf(payload['name']),
      isAdmin: OIDC_ADMIN_ROLE !== '' && roles.includes(OIDC_ADMIN_ROLE),
    };
  }
}

/** A key that the issuer does not have is the fault of the token, everything else that of the issuer. */
function tellApart(error: unknown): never {
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
    throw error;
  throw new IssuerUnavailable(error);
}

function textOf(claim: unknown): string | undefined {
  return typeof claim === 'string' && claim !== '' ? claim.slice(0, 254) : undefined;
}
