import type { EventStream } from '../../platform/http/event-stream';
import type { JobEvent } from './job-event';
import type { JobHistory } from './job-history';
import type { Scope } from './transitions.repository';

/** Transitions read at once while one who follows is behind. */
const PAGE = 50;

/**
 * One who follows a job, or all of an owner's. Every transition is sent once, in order. Whoever reads too
 * slowly costs no memory: only how far it has come is remembered, and the rest is read again when it is
 * ready. Progress is not sent to those who are behind.
 */
export class JobStream {
  /** In step with what happens; otherwise {@link catchUp} is under way. */
  private isLive = false;
  /** Whether something happened that the read under way may not have seen. */
  private missed = false;

  /** @param position - the last transition that need not be sent */
  constructor(
    readonly scope: Scope,
    private readonly stream: EventStream,
    private readonly history: JobHistory,
    private position: number,
  ) {}

  /** Tells of what has just happened. */
  offer(event: JobEvent): void {
    if (!this.isLive) this.missed ||= event.seq !== undefined;
    else if (event.seq !== undefined) this.send(event, event.seq);
    else if (this.stream.isOpen) this.stream.send(event.message);
    if (this.isLive && this.stream.isBlocked) void this.catchUp();
  }

  /** Sends what was written down since, at the client's pace, until it is in step. */
  async catchUp(): Promise<void> {
    this.isLive = false;
    try {
      do {
        await this.stream.drained();
        if (!this.stream.isOpen) return;
        this.missed = false;
      } while ((await this.sendPage()) || this.missed || this.stream.isBlocked);
      this.isLive = true; // in the same turn as the look at what was missed
    } catch {
      this.end(); // the rows cannot be read now: the client comes back
    }
  }

  beat(): void {
    this.stream.beat();
  }

  end(): void {
    this.stream.end();
  }

  /** Resolves with whether more was written down than was sent. */
  private async sendPage(): Promise<boolean> {
    const transitions = await this.history.after(this.position, PAGE, this.scope);
    const events = await this.history.tell(transitions);
    for (const event of events) {
      if (this.stream.isBlocked) return true;
      if (event.seq !== undefined) this.send(event, event.seq);
    }
    this.position = Math.max(this.position, transitions.at(-1)?.seq ?? 0);
    return transitions.length === PAGE;
  }

  private send({ isFinal, message }: JobEvent, seq: number): void {
    if (seq <= this.position || !this.stream.isOpen) return;
    this.stream.send(message);
    this.position = seq;
    if (isFinal && this.scope.jobId !== undefined) this.end();
  }
}
