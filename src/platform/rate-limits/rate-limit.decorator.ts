import { Reflector } from '@nestjs/core';

/** What is limited. Each has its own count for each caller; a request may count for several. */
export type RateLimitName = 'login' | 'register' | 'refused' | 'uploads' | 'bytes' | 'writes' | 'reads';

/**
 * Which limits the requests of a route count for, in place of `reads` for GET and HEAD and `writes` for
 * everything else. None at all: the route is not limited.
 */
export const RateLimit = Reflector.createDecorator<RateLimitName[]>();
