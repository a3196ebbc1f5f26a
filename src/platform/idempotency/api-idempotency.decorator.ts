import { ApiHeader } from '@nestjs/swagger';
import { IdempotencyKeyInUse, IdempotencyKeyReused, MalformedIdempotencyKey } from './idempotency.errors';

/** Documents the header on a route with the interceptor. */
export function ApiIdempotencyKey(): MethodDecorator {
  return ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description:
      'A word of your choice, best a UUID: within 24 hours the same request with it has the same reply, and happens once',
    schema: { type: 'string', maxLength: 255 },
  });
}

/** To be listed among the problems of such a route. */
export const IDEMPOTENCY_PROBLEMS = [
  MalformedIdempotencyKey,
  IdempotencyKeyInUse,
  IdempotencyKeyReused,
] as const;
