/** Decimal units, as file managers show them: `1.4 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = -1;
  do {
    value /= 1000;
    unit++;
  } while (Number(value.toFixed(1)) >= 1000 && unit < units.length - 1);
  return `${value >= 100 ? value.toFixed(0) : value.toFixed(1)} ${units[unit]}`;
}

/** A span of time at the precision that people want: `12 ms`, `3.4 s`, `2 min 5 s`, `1 h 3 min`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 0.0005) return '< 1 ms';
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

const NUMBER = new Intl.NumberFormat('en', { maximumFractionDigits: 3 });

/** `1,234.5`; `≈ 12,345,678,901,234,568` for what is too large to have arrived as it was. */
export function formatNumber(value: number): string {
  const words = NUMBER.format(value);
  return Math.abs(value) > Number.MAX_SAFE_INTEGER ? `≈ ${words}` : words;
}

/** `1 word`, `2 words`. */
export function count(value: number, noun: string, plural = `${noun}s`): string {
  return `${formatNumber(value)} ${value === 1 ? noun : plural}`;
}

/** The same for `Figures`, the noun first. */
export function figure(value: number, noun: string, plural = `${noun}s`): readonly [string, string] {
  return [value === 1 ? noun : plural, formatNumber(value)];
}

const STEPS = [
  [60, 'second'],
  [60, 'minute'],
  [24, 'hour'],
  [30, 'day'],
  [12, 'month'],
  [Infinity, 'year'],
] as const;
const RELATIVE = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** `5 minutes ago`; `just now` for what is not ten seconds old. */
export function formatAgo(at: string, now: number): string {
  let value = (new Date(at).getTime() - now) / 1000;
  if (value > -10) return 'just now';
  for (const [size, unit] of STEPS) {
    if (Math.abs(value) < size) return RELATIVE.format(Math.round(value), unit);
    value /= size;
  }
  return at;
}

const CLOCK = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });

/** In the reader's time zone. */
export function formatTime(at: string): string {
  return CLOCK.format(new Date(at));
}

const MINUTE = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short' });
const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });

/** `14:05`, in the reader's time zone. */
export function formatMinute(at: string): string {
  return MINUTE.format(new Date(at));
}

/** `22 Nov`, of a day that began at midnight UTC. */
export function formatDay(at: string): string {
  return DAY.format(new Date(at));
}

/** Seconds from one time to another, either of which may not have come. */
export function secondsBetween(from: string | null, to: string | null): number | undefined {
  if (from === null || to === null) return undefined;
  return Math.max(0, (new Date(to).getTime() - new Date(from).getTime()) / 1000);
}
