import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { Clock } from '../../platform/clock/clock';
import { Ids } from '../../platform/clock/ids';
import { Settings } from '../../platform/config/settings';
import { OnNotice, OnNoticesMissed } from '../../platform/events/notices';
import type { Owner } from '../../platform/http/caller.decorator';
import type { EventStream } from '../../platform/http/event-stream';
import { LiveFeed } from '../../platform/http/live-feed';
import { ActivityWritten, type ActivityNotice } from '../activity.events';
import { ActivityRepository } from '../activity.repository';
import { ActivityStream } from './activity-stream';

/** Tells those who follow the log what is written into it. Events are nudges only: what is told are the entries. */
@Injectable()
export class ActivityFeed extends LiveFeed<ActivityStream> {
  constructor(
    private readonly entries: ActivityRepository,
    private readonly ids: Ids,
    clock: Clock,
    settings: Settings,
  ) {
    super(clock, settings);
  }

  /**
   * Lets somebody follow the log of an owner.
   *
   * @param lastSeen - the entry to go on after; when there is none, from now on
   * @param open - called when there is room, with an id to go on after for who loses the connection at once
   * @throws TooManyStreams
   */
  async join(
    owner: Owner,
    lastSeen: string | undefined,
    open: (begin: string) => EventStream,
  ): Promise<void> {
    const begin = lastSeen ?? this.ids.next();
    const position =
      lastSeen === undefined ? await this.entries.now() : await this.entries.numberOf(owner, lastSeen);
    this.checkRoom();
    const connection = open(begin);
    this.follow(new ActivityStream(owner, connection, this.entries, position), connection);
  }

  @OnEvent(ActivityWritten.type)
  onWritten({ owners }: ActivityWritten): void {
    for (const stream of this.streams) if (owners.has(stream.owner)) void stream.catchUp();
  }

  @OnNotice(ActivityWritten.type)
  onWrittenElsewhere({ owners }: ActivityNotice): void {
    this.onWritten(new ActivityWritten(new Set(owners)));
  }

  @OnNoticesMissed()
  override look(): void {
    for (const stream of this.streams) void stream.catchUp();
  }
}
