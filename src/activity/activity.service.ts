import { Injectable } from '@nestjs/common';
import { Clock } from '../platform/clock/clock';
import type { Alongside } from '../platform/database/database';
import type { Owner } from '../platform/http/caller.decorator';
import { ActivityLog } from './activity.log';
import {
  ActivityRepository,
  type ActivityEntry,
  type ActivityFilter,
  type ActivityPage,
} from './activity.repository';

/** What callers read in the log, and write into it. */
@Injectable()
export class ActivityService {
  constructor(
    private readonly entries: ActivityRepository,
    private readonly log: ActivityLog,
    private readonly clock: Clock,
  ) {}

  list(owner: Owner, filter: ActivityFilter): Promise<ActivityPage> {
    return this.entries.list(filter, owner);
  }

  /** Those of all owners, for administrators. */
  listOfEveryone(filter: ActivityFilter): Promise<ActivityPage> {
    return this.entries.list(filter);
  }

  /** An entry of the owner's own. */
  async note(
    owner: Owner,
    description: string,
    alongside: Alongside<ActivityEntry> = async () => {},
  ): Promise<ActivityEntry> {
    const happening = { owner, type: 'note', description, jobId: null, at: this.clock.now() } as const;
    const [entry] = await this.log.append(
      () => Promise.resolve([happening]),
      (queries, [written]) => alongside(queries, written),
    );
    return entry;
  }

  /** What an administrator did: written down when this resolves. */
  async noteAct(administrator: Owner, description: string): Promise<void> {
    const at = this.clock.now();
    const happening = { owner: administrator, type: 'admin.acted', description, jobId: null, at } as const;
    await this.log.append(() => Promise.resolve([happening]));
  }
}
