import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export interface Latencies {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Measures how long a URL takes to answer, from a process of its own (`prober.js`). */
export class Probe {
  private readonly child: ChildProcess;

  constructor(url: string) {
    this.child = fork(join(__dirname, 'prober.js'), [url]);
  }

  /** What was measured while `work` went on. */
  async during(work: () => Promise<unknown>): Promise<Latencies> {
    await this.takeMeasurement();
    await work();
    return summary(await this.takeMeasurement());
  }

  stop(): void {
    this.child.kill();
  }

  private async takeMeasurement(): Promise<number[]> {
    const answered = once(this.child, 'message');
    this.child.send('take');
    const [latencies] = (await answered) as [number[]];
    return latencies;
  }
}

function summary(latencies: readonly number[]): Latencies {
  const sorted = latencies.toSorted((a, b) => a - b);
  const at = (quantile: number) => sorted[Math.ceil(sorted.length * quantile) - 1];
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}
