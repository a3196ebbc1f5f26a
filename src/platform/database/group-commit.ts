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
  readonly durable: boolean;
  readonly work: () => Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

type Outcome = { readonly value: unknown } | { readonly error: unknown };

/**
 * Lets transactions that are asked for at the same time share one commit, and so one fsync, which is
 * what a durable write costs. Each keeps its own savepoint, so that one which fails takes back its own
 * changes only. An answer is given once the common commit is durable, never before; while the disk is at it, the next
 * group runs. A group in which nobody waits for that is not synced by itself.
 */
export class GroupCommit {
  private waiting: Entry[] = [];
  private running: Promise<void> | undefined;
  private readonly settling = new Set<Promise<void>>();

  /** @param sync - resolves when all that was committed before the call is durable */
  constructor(
    private readonly connection: Connection,
    private readonly sync: () => Promise<void>,
  ) {}

  /** @param durable - whether to wait for the sync as well */
  run<T>(work: () => Promise<T>, durable = true): Promise<T> {
    const { promise, resolve, reject } = withResolvers<T>();
    this.waiting.push({ durable, work, resolve: resolve as (value: unknown) => void, reject });
    this.running ??= this.drain();
    return promise;
  }

  /** Resolves when nothing waits or runs any more. */
  async idle(): Promise<void> {
    while (this.running) await this.running;
    await Promise.all(this.settling);
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
      this.answer(group, outcomes);
    } catch (error) {
      this.rollback();
      for (const entry of group) entry.reject(error);
    }
  }

  private answer(group: readonly Entry[], outcomes: readonly Outcome[]): void {
    group.forEach((entry, index) => entry.durable || settle(entry, outcomes[index]));
    if (!group.some(({ durable }) => durable)) return;
    const settled = this.sync()
      .then(
        () => group.forEach((entry, index) => settle(entry, outcomes[index])),
        (error: unknown) => group.forEach((entry) => entry.reject(error)),
      )
      .finally(() => this.settling.delete(settled));
    this.settling.add(settled);
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
