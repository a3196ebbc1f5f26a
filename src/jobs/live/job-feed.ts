import { Injectable, Logger } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { setImmediate } from 'node:timers/promises';
import { Clock } from '../../platform/clock/clock';
import { Settings } from '../../platform/config/settings';
import { OnNotice, OnNoticesMissed } from '../../platform/events/notices';
import type { EventStream } from '../../platform/http/event-stream';
import { LiveFeed } from '../../platform/http/live-feed';
import type { Job } from '../job';
import {
  JobCancelled,
  JobCompleted,
  JobDeleted,
  JobFailed,
  JobProgressed,
  JobQueued,
  JobStarted,
  type ProgressNotice,
} from '../jobs.events';
import { toProgressEvent, type JobEvent } from './job-event';
import { JobHistory } from './job-history';
import { JobStream } from './job-stream';
import type { Transition } from './transition';
import type { Scope } from './transitions.repository';

/** Transitions read at once. */
const PAGE = 200;
/** Events sent in one turn of the event loop, so that requests get theirs in between. */
const TOLD_AT_ONCE = 100;

/** What the streams of a scope are found under. */
const topicOf = ({ owner, jobId }: Scope) => jobId ?? `of ${owner}`;

/**
 * Tells those who follow jobs what happens. Events are nudges only: what is told are the transitions that
 * were written down, read once for all who follow, in their order. Nobody follows, nothing is read.
 */
@Injectable()
export class JobFeed extends LiveFeed<JobStream> {
  private readonly logger = new Logger(JobFeed.name);
  private readonly topics = new Map<string, Set<JobStream>>();
  /** Of each job the newest: the job as it was, or what another instance told of it. */
  private readonly progress = new Map<string, Job | ProgressNotice>();
  /** The last transition that was told. */
  private position = 0;
  /** Events sent so far. */
  private told = 0;
  private isPumping = false;
  private pumpAgain = false;

  constructor(
    private readonly history: JobHistory,
    clock: Clock,
    settings: Settings,
  ) {
    super(clock, settings);
  }

  /**
   * Lets somebody follow a scope, from after the transition `position` on.
   *
   * @param now - the last transition so far, or an earlier one
   * @param open - called when there is room
   * @throws TooManyStreams
   */
  join(scope: Scope, position: number, now: number, open: () => EventStream): void {
    this.checkRoom();
    if (this.size === 0) this.position = now;
    const connection = open();
    this.follow(new JobStream(scope, connection, this.history, position), connection);
  }

  @OnEvent(JobQueued.type)
  @OnEvent(JobStarted.type)
  @OnEvent(JobCompleted.type)
  @OnEvent(JobFailed.type)
  @OnEvent(JobCancelled.type)
  @OnEvent(JobDeleted.type)
  @OnNotice(
    JobQueued.type,
    JobStarted.type,
    JobCompleted.type,
    JobFailed.type,
    JobCancelled.type,
    JobDeleted.type,
  )
  @OnNoticesMissed()
  nudge(): void {
    if (this.size === 0) return;
    this.pumpAgain = true;
    if (!this.isPumping) void this.pump();
  }

  /** Told after the transitions before it; of a job only the newest. */
  @OnEvent(JobProgressed.type)
  onProgress({ job }: JobProgressed): void {
    this.onProgressElsewhere(job);
  }

  @OnNotice(JobProgressed.type)
  onProgressElsewhere(progress: Job | ProgressNotice): void {
    if (!this.isFollowed(progress)) return;
    this.progress.set(progress.jobId, progress);
    this.nudge();
  }

  private async pump(): Promise<void> {
    this.isPumping = true;
    try {
      // What happens in one turn of the event loop is read at once.
      await setImmediate();
      while (this.pumpAgain && this.size > 0) await this.tellPage();
    } catch (error) {
      this.logger.error(`Transitions could not be read: ${String(error)}`); // the next nudge tries again
    } finally {
      this.isPumping = false;
    }
  }

  private async tellPage(): Promise<void> {
    this.pumpAgain = false;
    const transitions = await this.history.after(this.position, PAGE);
    const followed = transitions.filter((transition) => this.isFollowed(transition));
    for (const event of await this.history.tell(followed)) await this.tell(event);
    this.position = transitions.at(-1)?.seq ?? this.position;
    if (transitions.length === PAGE) this.pumpAgain = true;
    else await this.tellProgress();
  }

  private async tell(event: JobEvent): Promise<void> {
    this.progress.delete(event.jobId);
    for (const topic of topicsOf(event)) {
      for (const stream of this.topics.get(topic) ?? []) {
        stream.offer(event);
        if (++this.told % TOLD_AT_ONCE === 0) await setImmediate();
      }
    }
  }

  private async tellProgress(): Promise<void> {
    const latest = [...this.progress.values()];
    this.progress.clear();
    for (const job of await this.history.reached(latest)) await this.tell(toProgressEvent(job));
  }

  private isFollowed(subject: { owner: string; jobId: string }): boolean {
    return topicsOf(subject).some((topic) => this.topics.has(topic));
  }

  protected override look(): void {
    this.nudge();
  }

  protected override add(stream: JobStream): void {
    const topic = topicOf(stream.scope);
    const streams = this.topics.get(topic) ?? new Set();
    this.topics.set(topic, streams.add(stream));
    super.add(stream);
  }

  protected override remove(stream: JobStream): void {
    const topic = topicOf(stream.scope);
    const streams = this.topics.get(topic);
    streams?.delete(stream);
    if (streams?.size === 0) this.topics.delete(topic);
    super.remove(stream);
  }
}

function topicsOf({ owner, jobId }: Pick<Transition, 'owner' | 'jobId'>): string[] {
  return [topicOf({ owner, jobId }), topicOf({ owner })];
}
