import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { IsString, MaxLength } from 'class-validator';
import { ACCESS_SECONDS } from './access-tokens';
import type { Tokens } from './sessions.service';

@ApiSchema({ name: 'Login', description: 'Who wants to log in.' })
export class LoginDto {
  /**
   * User name, or email address.
   * @example ada
   */
  @IsString()
  @MaxLength(254)
  username!: string;

  /** @example 'correct horse battery staple' */
  @IsString()
  @MaxLength(128)
  @ApiProperty({ format: 'password' })
  password!: string;
}

@ApiSchema({ name: 'RefreshTokens', description: 'A refresh token to be exchanged.' })
export class RefreshDto {
  /**
   * The one that came last.
   * @example 3q2-7wQmX0cZ8Jt1b6pYvR4sLhKfDnGaUeTiOoPxWzE
   */
  @IsString()
  @MaxLength(200)
  refresh_token!: string;
}

@ApiSchema({ name: 'AccessToken', description: 'What to go on with for a while.' })
export class AccessTokenDto {
  /**
   * To be sent as `Authorization: Bearer`.
   * @example eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIwMTlhOWMxZSJ9.c2lnbmF0dXJl
   */
  @ApiProperty()
  access_token!: string;

  /** @example Bearer */
  @ApiProperty({ enum: ['Bearer'] })
  token_type!: string;

  /**
   * Seconds for which the access token is good.
   * @example 900
   */
  @ApiProperty({ type: 'integer', minimum: 1 })
  expires_in!: number;
}

@ApiSchema({ name: 'Tokens', description: 'What to go on with.' })
export class TokensDto extends AccessTokenDto {
  /**
   * For `POST /auth/refresh`, once; good for 30 days.
   * @example 3q2-7wQmX0cZ8Jt1b6pYvR4sLhKfDnGaUeTiOoPxWzE
   */
  @ApiProperty()
  refresh_token!: string;
}

export function toAccessTokenDto({ accessToken }: Tokens): AccessTokenDto {
  return { access_token: accessToken, token_type: 'Bearer', expires_in: ACCESS_SECONDS };
}

export function toTokensDto(tokens: Tokens): TokensDto {
  return { ...toAccessTokenDto(tokens), refresh_token: tokens.refreshToken };
}
