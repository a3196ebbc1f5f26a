import { Injectable } from '@nestjs/common';
import type { Owner } from '../platform/http/caller.decorator';
import { OwnedData } from '../platform/owners/owned-data';
import { ActivityBuffer } from './activity.buffer';
import { ActivityRecorder } from './activity.recorder';
import { ActivityRepository } from './activity.repository';

/** What an owner did; that their jobs were deleted with the account among it. */
@Injectable()
export class OwnedActivity extends OwnedData {
  override readonly isLast = true;

  constructor(
    private readonly entries: ActivityRepository,
    private readonly recorder: ActivityRecorder,
    private readonly buffer: ActivityBuffer,
  ) {
    super();
  }

  override async deleteOwned(owner: Owner): Promise<void> {
    await this.recorder.catchUp(); // nothing is written down after that: the jobs are gone
    await this.buffer.flush(); // nor after that: the account is gone
    await this.entries.forget(owner);
  }
}
