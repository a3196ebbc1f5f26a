import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  ArrayUnique,
  IsArray,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Length,
  Matches,
  Max,
  Min,
} from 'class-validator';
import type { CallerScope } from '../../platform/http/caller.decorator';
import type { ApiKey } from './api-key';

const SCOPES: readonly CallerScope[] = ['read', 'write'];
const TEN_YEARS_SECONDS = 10 * 365 * 24 * 3600;

@ApiSchema({ name: 'CreateApiKey', description: 'A key that is to be made.' })
export class CreateApiKeyDto {
  /**
   * What it is for.
   * @example 'nightly import'
   */
  @IsString()
  @Length(1, 100)
  @Matches(/^\P{Cc}*$/u, { message: 'name must not contain control characters' })
  name!: string;

  /**
   * What it may do: `read` is GET and HEAD, `write` everything else. Both when left out.
   * @example ["read"]
   */
  @IsOptional()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(2)
  @ArrayUnique()
  @IsIn(SCOPES, { each: true })
  @ApiPropertyOptional({ type: [String], enum: SCOPES })
  scopes?: CallerScope[];

  /**
   * Seconds until it stops to work; never when left out.
   * @example 2592000
   */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(TEN_YEARS_SECONDS)
  @ApiPropertyOptional({ type: 'integer' })
  expires_in?: number;
}

@ApiSchema({ name: 'ApiKey', description: 'A key for a machine.' })
export class ApiKeyDto {
  /** @example 019a9c1e-7b3d-7c52-8a41-5d8f3c9b2e10 */
  @ApiProperty({ format: 'uuid' })
  key_id!: string;

  /** @example 'nightly import' */
  @ApiProperty()
  name!: string;

  /**
   * How the key begins.
   * @example fm_4f1c22b09a3e
   */
  @ApiProperty()
  prefix!: string;

  /** @example ["read"] */
  @ApiProperty({ type: [String], enum: SCOPES })
  scopes!: string[];

  /** @example 2026-11-22T09:30:00.000Z */
  @ApiProperty({ format: 'date-time' })
  created_at!: string;

  /**
   * Null for never.
   * @example 2026-12-22T09:30:00.000Z
   */
  @ApiProperty({ format: 'date-time' })
  expires_at!: string | null;

  /**
   * To the minute; null for never.
   * @example 2026-11-23T02:00:00.000Z
   */
  @ApiProperty({ format: 'date-time' })
  last_used_at!: string | null;
}

@ApiSchema({ name: 'NewApiKey', description: 'A key, shown this once.' })
export class NewApiKeyDto extends ApiKeyDto {
  /**
   * To be sent as `X-API-Key`. It cannot be shown again.
   * @example fm_4f1c22b09a3e_3q2-7wQmX0cZ8Jt1b6pYvR4sLhKfDnGaUeTiOoPxWzE
   */
  @ApiProperty()
  key!: string;
}

export function toApiKeyDto(key: ApiKey): ApiKeyDto {
  return {
    key_id: key.keyId,
    name: key.name,
    prefix: key.prefix,
    scopes: [...key.scopes],
    created_at: new Date(key.createdAt).toISOString(),
    expires_at: toTime(key.expiresAt),
    last_used_at: toTime(key.lastUsedAt),
  };
}

function toTime(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
