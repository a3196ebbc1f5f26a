import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

const SAMPLE_MS = 50;

/** Of a process, in bytes, as Linux tells it. */
export class ResidentMemory {
  constructor(private readonly pid: number) {
    if (process.platform !== 'linux')
      throw new Error('Resident memory is read from /proc: run this on Linux.');
  }

  now(): number {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) * 1024;
  }

  /** Looks every {@link SAMPLE_MS} until it is told to end; then resolves with the highest. */
  sample(): { end(): Promise<number> } {
    const control = new AbortController();
    let peak = 0;
    const look = async () => {
      while (!control.signal.aborted) {
        peak = Math.max(peak, this.now());
        await setTimeout(SAMPLE_MS);
      }
    };
    const looking = look();
    const end = async () => {
      control.abort();
      await looking;
      return peak;
    };
    return { end };
  }
}
