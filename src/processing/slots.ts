/** So many at the same time; who comes later waits, in the order of coming. */
export class Slots {
  private readonly waiting = new Set<() => void>();

  constructor(private available: number) {}

  /** Resolves with a slot, which the caller frees. @throws the reason of `signal`, and then there is none to free */
  async take(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.available > 0) {
      this.available--;
      return;
    }
    await this.turn(signal);
  }

  free(): void {
    const [next] = this.waiting;
    if (next) next();
    else this.available++;
  }

  private turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.waiting.delete(onTurn);
        reject(signal.reason as Error);
      };
      const onTurn = () => {
        this.waiting.delete(onTurn);
        signal.removeEventListener('abort', onAbort);
        resolve();
      };
      this.waiting.add(onTurn);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }
}
