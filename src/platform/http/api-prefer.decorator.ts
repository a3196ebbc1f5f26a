import { ApiHeader } from '@nestjs/swagger';
import { LONGEST_WAIT_SECONDS } from './prefer';

/** Documents `Prefer: wait=N` on a route that can wait for the end of a job. */
export function ApiPrefer(): MethodDecorator {
  return ApiHeader({
    name: 'Prefer',
    required: false,
    description: `\`wait=N\`: answer when the job has settled, or after N seconds (RFC 7240), ${LONGEST_WAIT_SECONDS} at most`,
  });
}
