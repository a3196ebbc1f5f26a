import { Injectable } from '@nestjs/common';
import { Ids } from '../platform/clock/ids';
import { Database, type Alongside, type Queries } from '../platform/database/database';
import { EventBus } from '../platform/events/event-bus';
import { ActivityWritten } from './activity.events';
import { ActivityRepository, type ActivityEntry, type Happening } from './activity.repository';

/**
 * The only way into the log: whatever is written is told to those who follow it.
 */
@Injectable()
export class ActivityLog {
  constructor(
    private readonly entries: ActivityRepository,
    private readonly database: Database,
    private readonly ids: Ids,
    private readonly events: EventBus,
  ) {}

  /**
   * Resolves when it is written down.
   *
   * @param decide - what is to be written, in the transaction that writes it
   */
  async append(
    decide: (queries: Queries) => Promise<readonly Happening[]>,
    alongside: Alongside<readonly ActivityEntry[]> = async () => {},
  ): Promise<readonly ActivityEntry[]> {
    const written = await this.database.transaction(async (queries) => {
      const happenings = await decide(queries);
      const entries = happenings.map((of) => Object.assign({ entryId: this.ids.next() }, of));
      await this.entries.insert(queries, entries);
      await alongside(queries, entries);
      return entries;
    });
    if (written.length > 0) this.events.publish(new ActivityWritten(new Set(written.map((of) => of.owner))));
    return written;
  }
}
