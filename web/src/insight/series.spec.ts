import type { MinuteTotals, Stats } from '@filemill/sdk';
import { endedByProcessor, endedByStatus, jobsByDay, queueOf, stack, totalsInWords } from './series';

const outcomes = (processor: string | null, completed: number, failed = 0) => ({
  processor,
  completed,
  failed,
  cancelled: 0,
});
const minute = (nth: number, more: Partial<MinuteTotals>): MinuteTotals => ({
  began_at: `2026-11-22T12:0${nth}:00.000Z`,
  arrived: 0,
  completed: 0,
  failed: 0,
  cancelled: 0,
  unfinished: 0,
  by_processor: [],
  ...more,
});
const MINUTES = [
  minute(0, {
    arrived: 5,
    completed: 3,
    unfinished: 2,
    by_processor: [outcomes('text', 2), outcomes('pdf', 1)],
  }),
  minute(1, { completed: 1, failed: 1, by_processor: [outcomes('text', 1, 1)] }),
];
const values = ({ series }: { series: readonly { name: string; values: readonly number[] }[] }) =>
  Object.fromEntries(series.map((each) => [each.name, each.values]));

it('tells how jobs ended in each minute', () => {
  const data = endedByStatus(MINUTES);
  expect(data.times).toEqual(['2026-11-22T12:00:00.000Z', '2026-11-22T12:01:00.000Z']);
  expect(values(data)).toEqual({ completed: [3, 1], failed: [0, 1], cancelled: [0, 0] });
  expect(totalsInWords(data)).toBe('4 completed, 1 failed');
  expect(totalsInWords(endedByStatus([]))).toBe('');
});

describe('endedByProcessor', () => {
  it('counts each processor, also where it did nothing', () => {
    expect(values(endedByProcessor(MINUTES, ['pdf', 'text']))).toEqual({ pdf: [1, 0], text: [2, 2] });
  });

  it('gives a processor the same color whichever others were busy', () => {
    const colors = (minutes: readonly MinuteTotals[]) =>
      endedByProcessor(minutes, ['pdf', 'text']).series.map(({ name, color }) => [name, color]);
    expect(colors(MINUTES)).toEqual([
      ['pdf', 'var(--chart-1)'],
      ['text', 'var(--chart-2)'],
    ]);
    expect(colors(MINUTES.slice(1))).toEqual([['text', 'var(--chart-2)']]);
  });

  it('has those last that are not known, or that there was none of', () => {
    const minutes = [
      minute(0, { by_processor: [outcomes(null, 0, 1), outcomes('old', 1), outcomes('text', 1)] }),
    ];
    expect(endedByProcessor(minutes, ['text']).series.map(({ name }) => name)).toEqual([
      'text',
      'never fetched',
      'old',
    ]);
  });
});

it('tells what came in and what was under way', () => {
  expect(values(queueOf(MINUTES))).toEqual({ 'under way': [2, 0], 'came in': [5, 0] });
});

it('tells what has become of the jobs of each day', () => {
  const day = {
    day: '2026-11-22',
    total: 6,
    pending: 1,
    processing: 0,
    completed: 5,
    failed: 0,
    cancelled: 0,
  };
  const data = jobsByDay({ by_day: [day] } as Stats);
  expect(data.times).toEqual(['2026-11-22T00:00:00.000Z']);
  expect(totalsInWords(data)).toBe('5 completed, 1 waiting');
});

it('stacks series, the first one at the bottom', () => {
  const of = (...each: number[]) => ({ name: '', color: '', values: each });
  expect(stack([of(1, 2), of(3, 0), of(5, 5)])).toEqual([
    [1, 2],
    [4, 2],
    [9, 7],
  ]);
});
