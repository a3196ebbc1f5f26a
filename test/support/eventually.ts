import { setTimeout } from 'node:timers/promises';

/** How long at most anything is waited for: it ends what hangs, and says nothing about how fast anything has to be. */
export const PATIENCE_MS = 60_000;

export interface Patience {
  /** {@link PATIENCE_MS} when left out. */
  readonly ms?: number;
  /** Between two looks. */
  readonly everyMs?: number;
}

/**
 * Waits for a condition.
 *
 * @throws Error with `what` when the time is over · whatever `condition` throws
 */
export async function eventually(
  what: string,
  condition: () => boolean | Promise<boolean>,
  { ms = PATIENCE_MS, everyMs = 10 }: Patience = {},
): Promise<void> {
  const deadline = performance.now() + ms;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`Waited ${ms} ms in vain until ${what}.`);
    await setTimeout(everyMs);
  }
}

/** Waits for a promise, but not for ever. */
export async function within<T>(what: string, promise: Promise<T>, ms = PATIENCE_MS): Promise<T> {
  const end = new AbortController();
  const late = setTimeout(ms, undefined, { signal: end.signal }).then(
    () => {
      throw new Error(`Waited ${ms} ms in vain until ${what}.`);
    },
    () => promise,
  );
  try {
    return await Promise.race([promise, late]);
  } finally {
    end.abort();
  }
}
