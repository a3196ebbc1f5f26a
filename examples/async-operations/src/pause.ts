import { setTimeout } from 'node:timers/promises';

/** Waits without holding anybody up; no longer than until the signal, which is for the caller to look at. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await setTimeout(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
