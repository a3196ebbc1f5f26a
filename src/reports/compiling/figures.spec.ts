import { DAY_MS } from '../../platform/clock/durations';
import { FiguresTally, LISTED, type Figures } from './figures';
import type { ReportedJob } from './reported-jobs.repository';
import { reportedJob, REASON } from './reported-jobs.harness';

function figuresOf(jobs: readonly ReportedJob[]): Figures {
  const tally = new FiguresTally();
  for (const job of jobs) tally.add(job);
  return tally.figures();
}

const TODAY = 20_000 * DAY_MS;

describe('FiguresTally', () => {
  it('says nothing of no jobs', () => {
    expect(figuresOf([])).toEqual({
      totals: { pending: 0, processing: 0, completed: 0, failed: 0, cancelled: 0 },
      sizeBytes: 0,
      byProcessor: [],
      byDay: [],
      slowest: [],
      largest: [],
      reasons: [],
      failures: [],
    });
  });

  it('counts by status, by processor (the most used first) and by day (the earliest first)', () => {
    const figures = figuresOf([
      reportedJob({ createdAt: TODAY + 1, processor: 'pdf', sizeBytes: 5, startedAt: 10, finishedAt: 40 }),
      reportedJob({ createdAt: TODAY - 1, sizeBytes: 7, startedAt: 10, finishedAt: 15 }),
      reportedJob({ createdAt: TODAY + DAY_MS - 1, sizeBytes: 1, status: 'failed', reason: REASON }),
      reportedJob({ createdAt: TODAY, status: 'pending', processor: null, sizeBytes: null }),
    ]);
    const none = { pending: 0, processing: 0, completed: 0, failed: 0, cancelled: 0 };
    expect(figures).toMatchObject({
      totals: { ...none, completed: 2, failed: 1, pending: 1 },
      sizeBytes: 13,
      byProcessor: [
        { processor: 'text', totals: { ...none, completed: 1, failed: 1 }, sizeBytes: 8, processingMs: 5 },
        { processor: 'pdf', totals: { ...none, completed: 1 }, sizeBytes: 5, processingMs: 30 },
        { processor: null, totals: { ...none, pending: 1 }, sizeBytes: 0, processingMs: 0 },
      ],
      byDay: [
        { day: TODAY - DAY_MS, totals: { ...none, completed: 1 } },
        { day: TODAY, totals: { ...none, completed: 1, failed: 1, pending: 1 } },
      ],
    });
  });

  it('lists the slowest, the largest and the last that failed, and no more than so many', () => {
    const jobs = Array.from({ length: LISTED + 5 }, (_, index) =>
      reportedJob({
        jobId: `${index}`,
        startedAt: 0,
        finishedAt: index,
        sizeBytes: 1_000 - index,
        status: 'failed',
        reason: REASON,
      }),
    );
    const { slowest, largest, failures } = figuresOf(jobs);
    const ids = (of: readonly ReportedJob[]) => of.map(({ jobId }) => Number(jobId));
    const up = Array.from({ length: LISTED }, (_, index) => index);
    const down = up.map((index) => LISTED + 4 - index);
    expect(ids(slowest)).toEqual(down);
    expect(ids(failures)).toEqual(down);
    expect(ids(largest)).toEqual(up);
  });

  it('counts reasons by processor, the most frequent first, and sums up what there are too many of', () => {
    const failed = (code: string, processor = 'text') =>
      reportedJob({ status: 'failed', processor, reason: { ...REASON, code, title: code } });
    const codes = Array.from({ length: 150 }, (_, index) => `code_${index}`);
    const { reasons } = figuresOf([
      failed('code_7'),
      failed('code_7', 'pdf'),
      ...codes.map((code) => failed(code)),
    ]);
    expect(reasons.slice(0, 2)).toEqual([
      { code: 'other', title: 'Other reasons', processor: 'text', jobs: 51 },
      { code: 'code_7', title: 'code_7', processor: 'text', jobs: 2 },
    ]);
    expect(reasons.length).toBe(101);
    expect(reasons.reduce((all, { jobs }) => all + jobs, 0)).toBe(152);
  });
});
