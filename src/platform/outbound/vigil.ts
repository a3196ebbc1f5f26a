import type { Cancel, Clock } from '../clock/clock';
import { RemoteTimeout } from './outbound.errors';

/** How long something may take, and who may end it. */
export interface Patience {
  /** Ends it at once; its reason is what the caller then gets. */
  readonly signal?: AbortSignal;
  /** For everything, from the name to the last byte. */
  readonly timeoutMs: number;
  /** For the next sign of life, while one is waited for. */
  readonly idleMs: number;
}

/** Watches over one request, and says through its signal when to give up. */
export class Vigil {
  private readonly controller = new AbortController();
  private readonly stopWhole: Cancel;

  constructor(
    private readonly clock: Clock,
    private readonly patience: Patience,
  ) {
    const { signal, timeoutMs } = patience;
    this.stopWhole = clock.after(timeoutMs, () =>
      this.giveUp(`The remote server took longer than ${timeoutMs / 1000} seconds.`),
    );
    if (signal?.aborted) this.onAbort();
    else signal?.addEventListener('abort', this.onAbort, { once: true });
  }

  /** Aborted when it is time to give up, and at the end. Its reason is what to throw. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /**
   * Waits for a sign of life; gives up when it takes longer than `idleMs`.
   *
   * @throws the reason of the signal once that is aborted, however `pending` goes on
   */
  async over<T>(pending: Promise<T>): Promise<T> {
    const { idleMs } = this.patience;
    const stop = this.clock.after(idleMs, () =>
      this.giveUp(`The remote server sent nothing for ${idleMs / 1000} seconds.`),
    );
    const end = new AbortController();
    try {
      return await Promise.race([pending, this.aborted(end.signal)]);
    } finally {
      stop();
      end.abort();
    }
  }

  /** Frees everything; connections that are still open are destroyed. */
  end(): void {
    this.stopWhole();
    this.patience.signal?.removeEventListener('abort', this.onAbort);
    this.controller.abort(new Error('The response is no longer read.'));
  }

  private aborted(end: AbortSignal): Promise<never> {
    return new Promise((_, reject) => {
      const onAbort = () => reject(this.signal.reason as Error);
      if (this.signal.aborted) onAbort();
      else this.signal.addEventListener('abort', onAbort, { once: true, signal: end });
    });
  }

  private giveUp(detail: string): void {
    this.controller.abort(new RemoteTimeout(detail));
  }

  private readonly onAbort = (): void => this.controller.abort(this.patience.signal?.reason);
}
