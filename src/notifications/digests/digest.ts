import { DAY_MS } from '../../platform/clock/durations';

/** How often a user wants the figures of the jobs of a period. */
export const DIGESTS = ['never', 'daily', 'weekly', 'monthly'] as const;

export type Digest = (typeof DIGESTS)[number];

/** A digest that is wanted. */
export type Period = Exclude<Digest, 'never'>;

/** Days from the Monday before the Unix epoch, which was a Thursday. */
const MONDAY = 3;

/** When the day, the week (from Monday) or the month of `at` began, by UTC; ms since the Unix epoch. */
export function beginOf(period: Period, at: number): number {
  const date = new Date(at);
  if (period === 'monthly') return Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
  const day = Math.floor(at / DAY_MS);
  return (period === 'daily' ? day : day - ((day + MONDAY) % 7)) * DAY_MS;
}

/** When it ends, and its digest is due. */
export function endOf(period: Period, at: number): number {
  const date = new Date(at);
  if (period === 'monthly') return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1);
  return beginOf(period, at) + (period === 'daily' ? 1 : 7) * DAY_MS;
}
