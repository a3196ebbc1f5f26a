import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import type { Job } from '../jobs/job';
import { JobCancelled, JobCompleted, JobDeleted, JobFailed, JobQueued } from '../jobs/jobs.events';
import { JobHistory } from '../jobs/live/job-history';
import type { Transition, TransitionType } from '../jobs/live/transition';
import { Clock, type Cancel } from '../platform/clock/clock';
import { ActivityLog } from './activity.log';
import { ActivityRepository, type ActivityType, type Happening } from './activity.repository';

/** Transitions written down at once. */
const PAGE = 200;
/** For how long transitions are collected, so that many are read and written down at once. */
const GATHER_MS = 100;
/** How often it is looked for what a lost event would have told. */
const LOOK_MS = 10_000;

const TOLD: Readonly<Partial<Record<TransitionType, readonly [ActivityType, string]>>> = {
  'job.queued': ['job.created', 'Handed in'],
  'job.completed': ['job.completed', 'Completed'],
  'job.failed': ['job.failed', 'Failed'],
  'job.cancelled': ['job.cancelled', 'Cancelled'],
  'job.deleted': ['job.deleted', 'Deleted'],
};

/**
 * Writes down what becomes of jobs, behind the requests: it reads on in their transitions, which are as durable as
 * the jobs, and moves its position with the entries it writes. So nothing is lost with the process, and of two
 * instances that read the same one writes it. Events only say that there is something to read.
 */
@Injectable()
export class ActivityRecorder implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(ActivityRecorder.name);
  private running: Promise<void> = Promise.resolve();
  private gathering: Cancel | undefined;
  private stopping = false;
  private stopTimer: Cancel = () => {};

  constructor(
    private readonly entries: ActivityRepository,
    private readonly history: JobHistory,
    private readonly log: ActivityLog,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.stopTimer = this.clock.every(LOOK_MS, () => this.nudge());
    this.nudge();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping = true;
    this.stopTimer();
    this.gathering?.();
    await this.running;
  }

  @OnEvent(JobQueued.type)
  @OnEvent(JobCompleted.type)
  @OnEvent(JobFailed.type)
  @OnEvent(JobCancelled.type)
  @OnEvent(JobDeleted.type)
  nudge(): void {
    if (!this.stopping) this.gathering ??= this.clock.after(GATHER_MS, () => this.record());
  }

  /** Resolves when all that has happened so far is written down, by whomever. */
  async catchUp(): Promise<void> {
    while (await this.recordPage());
  }

  private record(): void {
    this.gathering = undefined;
    this.running = this.running
      .then(() => this.catchUp())
      .catch((error: unknown) => this.logger.error(`Activity could not be written down: ${String(error)}`));
  }

  /** Resolves with whether there may be more to read. */
  private async recordPage(): Promise<boolean> {
    const position = await this.entries.position();
    const transitions = await this.history.after(position, PAGE);
    const last = transitions.at(-1);
    if (!last) return false;
    const told = transitions.filter(isTold);
    const jobs = await this.history.jobsOf(told);
    const happenings = told.map((transition) => toHappening(transition, jobs.get(transition.jobId)));
    let isOurs = false;
    await this.log.append(async (queries) => {
      isOurs = await this.entries.move(queries, position, last.seq);
      return isOurs ? happenings : [];
    });
    return !isOurs || transitions.length === PAGE;
  }
}

function toHappening({ owner, jobId, type, at }: Transition, job: Job | undefined): Happening {
  const [kind, verb] = TOLD[type]!;
  return { owner, type: kind, description: `${verb}: ${job?.filename ?? `job ${jobId}`}`, jobId, at };
}

/** Not that a job starts, or waits again. */
function isTold({ type, attempt }: Transition): boolean {
  return type in TOLD && (type !== 'job.queued' || attempt === 0);
}
