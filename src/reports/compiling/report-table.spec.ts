import { FiguresTally } from './figures';
import { reportedJob, REASON } from './reported-jobs.harness';
import type { ReportedJob } from './reported-jobs.repository';
import { reportTable } from './report-table';

function tableOf(...jobs: ReportedJob[]): string {
  const tally = new FiguresTally();
  for (const job of jobs) tally.add(job);
  return [...reportTable(tally.figures())].join('');
}

/** What a reader of RFC 4180 sees: rows of cells. */
function read(table: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of table
    .slice(1)
    .matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    rows.at(-1)!.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end !== ',') rows.push([]);
  }
  return rows.slice(0, -1);
}

const isFormula = (cell: string) => /^[=+\-@\t\r\n\uFF1D]/.test(cell);

const filenameIn = (table: string) => {
  const [head, ...rows] = read(table);
  return rows.find(([section]) => section === 'largest')![head.indexOf('filename')];
};

describe('a report as CSV', () => {
  it('is one table, whose first column says what a row is about', () => {
    const failed = { status: 'failed', reason: REASON, startedAt: 1_000, finishedAt: 2_500 } as const;
    const table = tableOf(reportedJob({ jobId: 'a', sizeBytes: 9 }), reportedJob({ jobId: 'b', ...failed }));
    expect(table.startsWith('\uFEFFsection,')).toBe(true);
    const rows = read(table);
    expect(new Set(rows.map(({ length }) => length))).toEqual(new Set([13]));
    const text = rows.map((cells) => cells.filter(Boolean).join(' '));
    expect(text.slice(1)).toEqual([
      'total completed 1',
      'total failed 1',
      'processor text completed 1',
      'processor text failed 1',
      'processor text 12 1.5',
      'day 1970-01-01 completed 1',
      'day 1970-01-01 failed 1',
      'slowest text failed 3 1.5 b note.txt 1970-01-01T00:00:00.000Z 1970-01-01T00:00:02.500Z',
      'largest text completed 9 a note.txt 1970-01-01T00:00:00.000Z',
      'largest text failed 3 1.5 b note.txt 1970-01-01T00:00:00.000Z 1970-01-01T00:00:02.500Z',
      'failure_reason text failed 1 text_not_valid The text is not valid',
      'failure text failed 3 1.5 b note.txt 1970-01-01T00:00:00.000Z 1970-01-01T00:00:02.500Z text_not_valid At byte 3.',
    ]);
  });

  it.each(['plain', 'a,b', 'say "hi"', 'two\r\nlines', 'a;b\tc', '', '日本語 🦄'])(
    'gives %j back as it was',
    (filename) => {
      expect(filenameIn(tableOf(reportedJob({ filename })))).toBe(filename);
    },
  );

  it.each([
    '=HYPERLINK("https://evil.example","x")',
    '+1+cmd|calc!A1',
    '-2+3',
    '@SUM(1)',
    '\t=1+1',
    '\r=1+1',
    '\n=1+1',
    '\uFF1D1+1',
    '=1","=2',
  ])('makes no formula of %j', (filename) => {
    const table = tableOf(reportedJob({ filename }));
    expect(filenameIn(table)).toBe(`'${filename}`);
    expect(read(table).flat().filter(isFormula)).toEqual([]);
  });

  it('makes none of reasons and processors either', () => {
    const reason = { ...REASON, title: '=1', detail: '@x' };
    const table = tableOf(reportedJob({ status: 'failed', processor: '-p', reason }));
    expect(read(table).flat().filter(isFormula)).toEqual([]);
    expect(table).toContain("'@x");
  });
});
