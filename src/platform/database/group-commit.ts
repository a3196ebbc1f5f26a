/** The transaction control of one connection. Each call is synchronous and throws on failure. */
export interface Connection {
  begin(): void;
  commit(): void;
  rollback(): void;
  savepoint(): void;
  release(): void;
  rollbackToSavepoint(): void;
}

interface Entry {
  readonly work: () => Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

type Outcome = { readonly value: unknown } | { readonly error: unknown };

/**
 * Lets transactions that are asked for at the same time share one commit, and so one fsync, which is
 * what a durable write costs. Each keeps its own savepoint, so that one which fails takes back its own
 * changes only. An answer is given after the common commit, never before.
 */
export class GroupCommit {
  private waiting: Entry[] = [];
  private running: Promise<void> | undefined;

  constructor(private readonly connection: Connection) {}

  run<T>(work: () => Promise<T>): Promise<T> {
    const { promise, resolve, reject } = withResolvers<T>();
    this.waiting.push({ work, resolve: resolve as (value: unknown) => void, reject });
    this.running ??= this.drain();
    return promise;
  }

  /** Resolves when nothing waits or runs any more. */
  async idle(): Promise<void> {
    while (this.running) await this.running;
  }

  private async drain(): Promise<void> {
    // The requests of this turn of the event loop join the first group; those that come while a group
    // runs make up the next one.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.waiting.length > 0) {
      const group = this.waiting;
      this.waiting = [];
      await this.commit(group);
    }
    this.running = undefined;
  }

  private async commit(group: readonly Entry[]): Promise<void> {
    try {
      this.connection.begin();
      const outcomes: Outcome[] = [];
      for (const entry of group) outcomes.push(await this.attempt(entry));
      this.connection.commit();
      outcomes.forEach((outcome, index) => settle(group[index], outcome));
    } catch (error) {
      this.rollback();
      for (const entry of group) entry.reject(error);
    }
  }

  private async attempt({ work }: Entry): Promise<Outcome> {
    this.connection.savepoint();
    try {
      const value = await work();
      this.connection.release();
      return { value };
    } catch (error) {
      this.takeBack(error);
      return { error };
    }
  }

  /** @throws `error` when the database has already rolled back the whole transaction because of it */
  private takeBack(error: unknown): void {
    try {
      this.connection.rollbackToSavepoint();
    } catch {
      throw error;
    }
  }

  /** SQLite has already rolled back by itself after some errors, such as a full disk. */
  private rollback(): void {
    try {
      this.connection.rollback();
    } catch {
      // Nothing was open any more: just what is wanted.
    }
  }
}

function settle({ resolve, reject }: Entry, outcome: Outcome): void {
  if ('error' in outcome) reject(outcome.error);
  else resolve(outcome.value);
}

function withResolvers<T>() {
  let resolve!: (value: T) => void;
  let reject!: (reason: unknown) => void;
  const promise = new Promise<T>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  return { promise, resolve, reject };
}
