import type { Report } from '@filemill/sdk';

const SOON_MS = 2000;
const LATER_MS = 30_000;
/** Most are made in less. */
const YOUNG_MS = 60_000;

/** When reports are worth another look; undefined when all are made. */
export function nextLookMs(reports: readonly Report[], now: number): number | undefined {
  const waiting = reports.filter(({ status }) => status === 'queued' || status === 'running');
  if (waiting.length === 0) return undefined;
  const isYoung = waiting.some(({ created_at: at }) => now - Date.parse(at) < YOUNG_MS);
  return isYoung ? SOON_MS : LATER_MS;
}

/**
 * The period that a report is about, from its first day to its last, as the API takes it: until before the day after
 * the last. Days are those of UTC.
 *
 * @param first - as `2026-11-01`; without it, from the beginning
 * @param last - the same; without it, until now
 */
export function periodOf(
  first: string | undefined,
  last: string | undefined,
): { from?: string; to?: string } {
  return {
    ...(first !== undefined && { from: first }),
    ...(last !== undefined && { to: new Date(Date.parse(last) + 86_400_000).toISOString().slice(0, 10) }),
  };
}
