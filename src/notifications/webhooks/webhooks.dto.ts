import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsOptional,
  IsString,
  MaxLength,
} from 'class-validator';
import { DELIVERY_STATUSES, WEBHOOK_EVENTS, type Delivery, type Webhook, type WebhookEvent } from './webhook';

@ApiSchema({ name: 'CreateWebhook', description: 'An endpoint that is to be told of events.' })
export class CreateWebhookDto {
  /**
   * Where events are posted to: http or https, on the public internet.
   * @example https://example.org/hooks/filemill
   */
  @IsString()
  @MaxLength(2048)
  url!: string;

  /**
   * For people.
   * @example 'the archive'
   */
  @IsOptional()
  @IsString()
  @MaxLength(200)
  description?: string;

  /**
   * Which events; all of them, those to come included, when left out or empty.
   * @example ["job.completed"]
   */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(WEBHOOK_EVENTS.length)
  @ArrayUnique()
  @IsIn(WEBHOOK_EVENTS, { each: true })
  @ApiPropertyOptional({ type: [String], enum: WEBHOOK_EVENTS })
  event_types?: WebhookEvent[];
}

@ApiSchema({ name: 'UpdateWebhook', description: 'What is to change about an endpoint.' })
export class UpdateWebhookDto {
  /** @example https://example.org/hooks/filemill */
  @IsOptional()
  @IsString()
  @MaxLength(2048)
  url?: string;

  /** @example 'the archive' */
  @IsOptional()
  @IsString()
  @MaxLength(200)
  description?: string;

  /** @example ["job.completed","job.failed"] */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(WEBHOOK_EVENTS.length)
  @ArrayUnique()
  @IsIn(WEBHOOK_EVENTS, { each: true })
  @ApiPropertyOptional({ type: [String], enum: WEBHOOK_EVENTS })
  event_types?: WebhookEvent[];

  /** Nothing is sent while it is false. */
  @IsOptional()
  @IsBoolean()
  enabled?: boolean;
}

@ApiSchema({ name: 'Webhook', description: 'An endpoint that is told of events.' })
export class WebhookDto {
  /** @example 019a9c1e-7b3d-7c52-8a41-5d8f3c9b2e10 */
  @ApiProperty({ format: 'uuid' })
  webhook_id!: string;

  /** @example https://example.org/hooks/filemill */
  @ApiProperty()
  url!: string;

  /** @example 'the archive' */
  @ApiProperty()
  description!: string | null;

  /**
   * Empty for all.
   * @example ["job.completed"]
   */
  @ApiProperty({ type: [String], enum: WEBHOOK_EVENTS })
  event_types!: string[];

  /** @example true */
  @ApiProperty()
  enabled!: boolean;

  /**
   * Why the service disabled it: `gone` (it answered 410) or `failing` (nothing arrived for five days); else null.
   * @example null
   */
  @ApiProperty()
  disabled_reason!: string | null;

  /** @example 2026-11-22T09:30:00.000Z */
  @ApiProperty({ format: 'date-time' })
  created_at!: string;
}

@ApiSchema({ name: 'WebhookSecret', description: 'A secret, shown this once.' })
export class WebhookSecretDto {
  /**
   * What signatures are verified with. It cannot be shown again; the one before is good for 24 hours more.
   * @example whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=
   */
  @ApiProperty()
  secret!: string;
}

@ApiSchema({ name: 'NewWebhook', description: 'A new endpoint, and its secret, shown this once.' })
export class NewWebhookDto extends WebhookDto {
  /**
   * What signatures are verified with. It cannot be shown again.
   * @example whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=
   */
  @ApiProperty()
  secret!: string;
}

@ApiSchema({ name: 'WebhookDelivery', description: 'A message to an endpoint, and how far it has come.' })
export class WebhookDeliveryDto {
  /**
   * The `webhook-id` of the message, the same at every try.
   * @example 019a9c1e-7b41-7000-9d3c-2f60c1a7e4b5
   */
  @ApiProperty({ format: 'uuid' })
  delivery_id!: string;

  /** @example job.completed */
  @ApiProperty()
  event_type!: string;

  /** @example delivered */
  @ApiProperty({ enum: DELIVERY_STATUSES })
  status!: string;

  /**
   * How often it was tried.
   * @example 1
   */
  @ApiProperty({ type: 'integer', minimum: 0 })
  attempt!: number;

  /**
   * What the receiver answered last; null when it did not.
   * @example 204
   */
  @ApiProperty({ type: 'integer' })
  response_status!: number | null;

  /**
   * What went wrong last; null when nothing did.
   * @example null
   */
  @ApiProperty()
  error!: string | null;

  /** @example 2026-11-22T09:30:00.000Z */
  @ApiProperty({ format: 'date-time' })
  created_at!: string;

  /**
   * When it was tried last.
   * @example 2026-11-22T09:30:00.020Z
   */
  @ApiProperty({ format: 'date-time' })
  tried_at!: string | null;

  /**
   * When it is tried next; null when it is not.
   * @example null
   */
  @ApiProperty({ format: 'date-time' })
  next_try_at!: string | null;
}

export function toWebhookDto(webhook: Webhook): WebhookDto {
  return {
    webhook_id: webhook.webhookId,
    url: webhook.url,
    description: webhook.description,
    event_types: [...webhook.events],
    enabled: webhook.enabled,
    disabled_reason: webhook.disabledReason,
    created_at: new Date(webhook.createdAt).toISOString(),
  };
}

export function toDeliveryDto(delivery: Delivery): WebhookDeliveryDto {
  return {
    delivery_id: delivery.deliveryId,
    event_type: delivery.event,
    status: delivery.status,
    attempt: delivery.attempt,
    response_status: delivery.responseStatus,
    error: delivery.error,
    created_at: new Date(delivery.createdAt).toISOString(),
    tried_at: toTime(delivery.triedAt),
    next_try_at: toTime(delivery.dueAt),
  };
}

function toTime(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
