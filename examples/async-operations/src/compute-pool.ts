import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { join } from 'node:path';
import { Piscina } from 'piscina';
import { ComputeBusy } from './waiting.errors';

const MAX_WAITING = 100;

/** Computes in threads of its own: whatever needs the processor for more than a moment does not belong in this one. */
@Injectable()
export class ComputePool implements OnApplicationShutdown {
  private readonly piscina = new Piscina<number, number>({
    filename: join(__dirname, 'fibonacci.worker.js'),
    minThreads: 0,
    maxThreads: 2,
    maxQueue: MAX_WAITING,
    idleTimeout: 10_000,
    recordTiming: false,
  });

  /**
   * @throws ComputeBusy while too many wait · the reason of the signal, which ends the computation
   */
  async fibonacci(n: number, signal: AbortSignal): Promise<number> {
    signal.throwIfAborted();
    if (this.piscina.queueSize >= MAX_WAITING) throw new ComputeBusy();
    try {
      return await this.piscina.run(n, { signal });
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw error;
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.piscina.destroy();
  }
}
