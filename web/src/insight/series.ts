import type { MinuteTotals, Stats } from '@filemill/sdk';
import { formatNumber } from '../ui/format';

/** A line or a part of bars. */
export interface Series {
  readonly name: string;
  /** As CSS has it. */
  readonly color: string;
  readonly values: readonly number[];
}

/** What a chart shows: a value of each series for each time, the oldest first. */
export interface ChartData {
  readonly unit: 'minute' | 'day';
  readonly times: readonly string[];
  readonly series: readonly Series[];
}

const STATUS_COLORS = {
  completed: 'var(--good)',
  failed: 'var(--bad)',
  cancelled: 'var(--warn)',
  pending: 'var(--ink-soft)',
  processing: 'var(--accent)',
} as const;
const ENDS = ['completed', 'failed', 'cancelled'] as const;
/** How many colors there are to tell processors apart. */
const COLORS = 8;

/** Jobs that ended in each minute, by how they did. */
export function endedByStatus(minutes: readonly MinuteTotals[]): ChartData {
  return inMinutes(
    minutes,
    ENDS.map((end) => ({
      name: end,
      color: STATUS_COLORS[end],
      values: minutes.map((minute) => minute[end]),
    })),
  );
}

/**
 * Jobs that ended in each minute, by processor.
 *
 * @param known - all processors: each has the color of its place among them, whichever of them were busy
 */
export function endedByProcessor(minutes: readonly MinuteTotals[], known: readonly string[]): ChartData {
  const seen = new Set(minutes.flatMap(({ by_processor: each }) => each.map(({ processor }) => processor)));
  const names = [...seen].toSorted((a, b) => placeOf(a, known) - placeOf(b, known));
  return inMinutes(
    minutes,
    names.map((name) => ({
      name: name ?? 'never fetched',
      color: colorOf(name, known),
      values: minutes.map((minute) => endedBy(minute, name)),
    })),
  );
}

/** Jobs that came in during each minute, and that were under way at its end. */
export function queueOf(minutes: readonly MinuteTotals[]): ChartData {
  return inMinutes(minutes, [
    { name: 'under way', color: 'var(--accent)', values: minutes.map(({ unfinished }) => unfinished) },
    { name: 'came in', color: 'var(--chart-3)', values: minutes.map(({ arrived }) => arrived) },
  ]);
}

/** Jobs by the day on which they came in, by what has become of them. */
export function jobsByDay({ by_day: days }: Stats): ChartData {
  const states = [...ENDS, 'processing', 'pending'] as const;
  return {
    unit: 'day',
    times: days.map(({ day }) => `${day}T00:00:00.000Z`),
    series: states.map((state) => ({
      name: state === 'pending' ? 'waiting' : state,
      color: STATUS_COLORS[state],
      values: days.map((day) => day[state]),
    })),
  };
}

/** Where each series ends when it stands on those before it. */
export function stack(series: readonly Series[]): number[][] {
  return series.map(({ values }, index) =>
    values.map((_, at) => total(series.slice(0, index + 1).map((other) => other.values[at]))),
  );
}

export function total(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}

/** `40 completed, 2 failed`: what there was of each series; empty when there was nothing. */
export function totalsInWords({ series }: ChartData): string {
  const totals = series.map(({ name, values }) => [name, total(values)] as const);
  const some = totals.filter(([, value]) => value > 0);
  return some.map(([name, value]) => `${formatNumber(value)} ${name}`).join(', ');
}

function inMinutes(minutes: readonly MinuteTotals[], series: readonly Series[]): ChartData {
  return { unit: 'minute', times: minutes.map(({ began_at: at }) => at), series };
}

function endedBy({ by_processor: each }: MinuteTotals, processor: string | null): number {
  const found = each.find((outcomes) => outcomes.processor === processor);
  return found ? total(ENDS.map((end) => found[end])) : 0;
}

/** Those that are not known any more come last. */
function placeOf(processor: string | null, known: readonly string[]): number {
  const place = processor === null ? -1 : known.indexOf(processor);
  return place === -1 ? known.length : place;
}

function colorOf(processor: string | null, known: readonly string[]): string {
  const place = placeOf(processor, known);
  return place === known.length ? 'var(--ink-soft)' : `var(--chart-${(place % COLORS) + 1})`;
}
