import type { Period } from '../report';

/** As people write it: `1,204`. */
export function count(value: number): string {
  return value.toLocaleString('en');
}

const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** As people write it: `3.2 MB`. */
export function bytes(value: number): string {
  let unit = 0;
  let left = value;
  for (; left >= 999.95 && unit < UNITS.length - 1; unit++) left /= 1000;
  return `${unit === 0 ? count(left) : left.toFixed(1)} ${UNITS[unit]}`;
}

/** As people write it: `12.3 s`. */
export function seconds(ms: number): string {
  return `${(ms / 1000).toLocaleString('en', { maximumFractionDigits: 3 })} s`;
}

/** A day by UTC: `2026-11-22`. */
export function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** A minute by UTC: `2026-11-22 09:30 UTC`. */
export function minute(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** Which jobs a report is about. */
export function period({ from, to }: Period): string {
  if (from === null && to === null) return 'all jobs';
  if (to === null) return `jobs since ${minute(from!)}`;
  return from === null ? `jobs before ${minute(to)}` : `jobs from ${minute(from)} until ${minute(to)}`;
}
