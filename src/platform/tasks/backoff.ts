const FIRST_MS = 1_000;
const LONGEST_MS = 5 * 60_000;

/**
 * How long to wait after run number `attempt` (from 1): doubling from one second to five minutes, of
 * which a random half is waited at least, so that what failed together does not come back together.
 *
 * @param random - 0 (inclusive) to 1 (exclusive)
 */
export function backoffMs(attempt: number, random: number): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** (attempt - 1));
  return Math.round(full / 2 + (full / 2) * random);
}

/**
 * The same by a schedule: the pause after each run, the last one for all that follow; a tenth more or less.
 *
 * @param random - 0 (inclusive) to 1 (exclusive)
 */
export function scheduledMs(pausesMs: readonly number[], attempt: number, random: number): number {
  const pause = pausesMs[Math.min(attempt, pausesMs.length) - 1];
  return Math.round(pause * (0.9 + 0.2 * random));
}
