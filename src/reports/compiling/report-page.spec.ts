import { DAY_MS } from '../../platform/clock/durations';
import type { Report } from '../report';
import { FiguresTally } from './figures';
import { reportWith } from './report.harness';
import { reportedJob, REASON } from './reported-jobs.harness';
import type { ReportedJob } from './reported-jobs.repository';
import { reportPage } from './report-page';

function pageOf(jobs: readonly ReportedJob[], changes: Partial<Report> = {}): string {
  const tally = new FiguresTally();
  for (const job of jobs) tally.add(job);
  return [...reportPage(reportWith(changes), tally.figures(), Date.UTC(2026, 10, 22, 9, 30))].join('');
}

/** Elements with what they hold, as far as a test needs it: each tag opened and closed in turn. */
function expectWellFormed(page: string): void {
  const open: string[] = [];
  const astray: string[] = [];
  const VOID = new Set(['meta', 'br']);
  const body = page.replace('<!doctype html>', '').replace(/<style>[^<]*<\/style>/, '');
  for (const [tag, close, name, empty] of body.matchAll(
    /<(\/?)([a-z0-9]+)(?:\s(?:[^"'<>]|"[^"]*")*?)?(\/?)>/g,
  )) {
    if (close && open.pop() !== name) astray.push(tag);
    if (!close && !empty && !VOID.has(name)) open.push(name);
  }
  expect(astray).toEqual([]);
  expect(open).toEqual([]);
  expect(body.replaceAll(/<\/?[a-z0-9]+(?:\s(?:[^"'<>]|"[^"]*")*?)?\/?>/g, '')).not.toMatch(/[<>]/);
}

describe('a report as HTML', () => {
  const failed = { status: 'failed', reason: REASON, startedAt: 1_000, finishedAt: 2_500 } as const;

  it('tells totals, processors, days, the slowest, the largest and why jobs failed', () => {
    const page = pageOf([
      ...Array.from({ length: 1_203 }, () => reportedJob()),
      reportedJob({ filename: 'large.pdf', processor: 'pdf', sizeBytes: 3_210_000 }),
      reportedJob({ filename: 'bad.txt', createdAt: DAY_MS, ...failed }),
    ]);
    expectWellFormed(page);
    for (const text of [
      'all jobs, as of 2026-11-22 09:30 UTC',
      '1,205 jobs, 3.2 MB of files',
      '<td><bdi>completed</bdi></td><td class="number">1,204</td>',
      '<td><bdi>1970-01-02</bdi></td><td class="number">1</td>',
      '<td><bdi>large.pdf</bdi></td>',
      '<td class="number">1.5 s</td>',
      '<td><bdi>The text is not valid</bdi></td><td><bdi>text</bdi></td><td class="number">1</td>',
      '<td><bdi>At byte 3.</bdi></td>',
    ])
      expect(page).toContain(text);
    expect(page.match(/<svg /g)).toHaveLength(3);
  });

  it('has no more to say than that there is nothing', () => {
    const page = pageOf([], { from: 0, to: DAY_MS });
    expectWellFormed(page);
    expect(page).toContain('jobs from 1970-01-01 00:00 UTC until 1970-01-02 00:00 UTC');
    expect(page).toContain('0 jobs, 0 bytes of files');
    expect(page).not.toContain('<svg');
  });

  it('runs nothing, fetches nothing and shows every text as text', () => {
    const hostile = `"'><script>alert(1)</script><img src=x onerror=alert(1)>&amp;`;
    const reason = { code: 'x', title: hostile, detail: hostile };
    const job = reportedJob({ ...failed, filename: hostile, processor: hostile, jobId: hostile, reason });
    const page = pageOf([job], { name: hostile });
    expectWellFormed(page);
    expect(page).not.toMatch(/<(script|img|link|iframe|object)|<[^>]*\s(src|href|on\w+)=|url\(/i);
    expect(page).toContain("default-src 'none'");
    const shown =
      '&quot;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;&amp;amp;';
    expect(page.split(shown).length).toBeGreaterThan(8);
  });

  it('draws every job of however many days, in sixty columns at most', () => {
    const days = Array.from({ length: 400 }, (_, index) => reportedJob({ createdAt: index * DAY_MS }));
    const page = pageOf(days);
    const [, , chart] = page.match(/<svg .*?<\/svg>/g)!;
    const heights = [...chart.matchAll(/<rect [^>]*height="([\d.]+)"/g)].map(([, height]) => Number(height));
    expect(heights.length).toBe(58); // of seven days each
    expect(Math.max(...heights)).toBe(120);
    expect(heights.at(-1)).toBeCloseTo(120 / 7, 1);
  });
});
