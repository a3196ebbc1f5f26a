import { Injectable } from '@nestjs/common';
import type { Owner } from '../http/caller.decorator';
import { Leases } from '../leases/leases';
import { IdempotencyKeyInUse } from './idempotency.errors';
import type { IdempotencyKey } from './idempotency-key';

/**
 * The keys of requests that have not been answered yet, whatever their route and instance. That spares work: should two
 * requests be under way with one key nevertheless, the row of the reply lets one of them through.
 */
@Injectable()
export class KeysUnderWay {
  constructor(private readonly leases: Leases) {}

  /** Holds a key until the function is called that comes of it. @throws IdempotencyKeyInUse when another request has it */
  async hold(owner: Owner, { name }: IdempotencyKey): Promise<() => Promise<void>> {
    const lease = await this.leases.take(`idempotency ${owner} ${name}`);
    if (!lease) throw new IdempotencyKeyInUse();
    return () => lease.release();
  }
}
