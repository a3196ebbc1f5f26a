import { Injectable } from '@nestjs/common';
import { Leases, type Lease } from '../leases/leases';
import { Leadership } from './leadership';

/** Who has the lease leads, for as long as it lives. */
@Injectable()
export class LeasedLeadership extends Leadership {
  private lease: Lease | undefined;
  private asking: Promise<Lease | undefined> | undefined;

  constructor(private readonly leases: Leases) {
    super();
  }

  override async isLeader(): Promise<boolean> {
    if (this.lease?.isHeld) return true;
    this.asking ??= this.leases.take('leadership').finally(() => (this.asking = undefined));
    this.lease = await this.asking.catch(() => undefined);
    return this.lease !== undefined;
  }
}
