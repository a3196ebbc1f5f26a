import { Logger } from '@nestjs/common';
import type { Leadership } from '../scheduling/leadership';
import type { Cancel, Clock } from './clock';

/**
 * Clears away what is of no use any more, again and again: one round at a time, from the start of the service
 * until its end, in one of several instances. A round that fails is logged, and what it left is for the next
 * one. Every provider that extends this class is found at start-up.
 */
export abstract class Sweeper {
  protected readonly logger = new Logger(this.constructor.name);
  /** Whether the service ends: a round that sees it ends early. */
  protected stopping = false;
  private running: Promise<unknown> = Promise.resolve();
  private cancel: Cancel = () => {};

  protected constructor(
    protected readonly clock: Clock,
    private readonly everyMs: number,
    /** Whether the first round comes at the start, and not only after the first pause. */
    private readonly atStart: boolean,
  ) {}

  /** One round. Must bear that another instance does one at the same time. */
  abstract sweep(): Promise<unknown>;

  /** Begins; whether this process leads is asked before each round. */
  start(leadership: Leadership): void {
    this.stopping = false;
    if (this.atStart) this.begin(leadership);
    this.cancel = this.clock.every(this.everyMs, () => this.begin(leadership));
  }

  /** Waits for the round that runs. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.cancel();
    await this.running;
  }

  private begin(leadership: Leadership): void {
    this.running = this.running
      .then(() => this.roundOf(leadership))
      .catch((error: unknown) => this.logger.error(`The sweep failed: ${String(error)}`));
  }

  private async roundOf(leadership: Leadership): Promise<void> {
    if (await leadership.isLeader()) await this.sweep();
  }
}
