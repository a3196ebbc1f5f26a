import { TaskHandler, type RunningTask } from './task-handler';

/** Does what the test says, and lets it wait for the runs. */
export class ScriptedHandler extends TaskHandler<string> {
  override readonly concurrency: number;
  override readonly maxAttempts = 3;
  readonly runs: RunningTask<string>[] = [];
  readonly abandoned: string[] = [];
  active = 0;
  peak = 0;
  private waiters: (() => void)[] = [];

  constructor(
    private readonly script: (task: RunningTask<string>) => Promise<void>,
    { kind = 'scripted', concurrency = 2 } = {},
  ) {
    super();
    this.kind = kind;
    this.concurrency = concurrency;
  }
  readonly kind: string;

  override async run(task: RunningTask<string>): Promise<void> {
    this.runs.push(task);
    this.peak = Math.max(this.peak, ++this.active);
    for (const wake of this.waiters.splice(0)) wake();
    try {
      await this.script(task);
    } finally {
      this.active--;
    }
  }

  override async abandon(task: RunningTask<string>): Promise<void> {
    this.abandoned.push(task.payload);
  }

  async ran(times: number): Promise<void> {
    while (this.runs.length < times) await new Promise<void>((resolve) => this.waiters.push(resolve));
  }
}

/** Something to wait for until the test opens it. */
export function gate() {
  let open!: () => void;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
}

export const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
