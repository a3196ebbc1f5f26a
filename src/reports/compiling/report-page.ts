import { JOB_STATUSES } from '../../jobs/job';
import { escapeHtml } from '../../platform/mail/letter';
import type { Report } from '../report';
import {
  processingMs,
  sum,
  type DayFigures,
  type Figures,
  type ProcessorFigures,
  type Totals,
} from './figures';
import { dayChart, PARTS, processorChart, statusChart } from './report-charts';
import { bytes, count, day, minute, period, seconds } from './report-texts';
import type { ReportedJob } from './reported-jobs.repository';

/** Nothing from elsewhere and no script, whatever a name may hold. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

const STYLE = `
body { margin: 0 auto; max-width: 46em; padding: 1.5em; font: 15px/1.5 system-ui, sans-serif; color: #1c2430; background: #fff }
h1 { font-size: 1.5em; margin: 0 } h2 { font-size: 1.15em; margin: 2em 0 .5em }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
th, td { text-align: left; vertical-align: top; padding: .3em .8em .3em 0; border-bottom: 1px solid #d9dde3 }
th { white-space: nowrap } td { min-width: 5em; overflow-wrap: anywhere }
th.number, td.number { min-width: 0; text-align: right; white-space: nowrap }
.scroll { overflow-x: auto } .quiet { color: #5b6675 }
.key { white-space: nowrap; margin-right: 1em } .key > span { display: inline-block; width: .8em; height: .8em; margin-right: .3em }
@media print { body { max-width: none; padding: 0; font-size: 11px } h2 { break-after: avoid } tr, svg { break-inside: avoid } }
* { print-color-adjust: exact; -webkit-print-color-adjust: exact }`;

/** A cell: text, or a number, which is set to the right. */
type Cell = string | { readonly number: string };

/**
 * A report as a page of HTML, in pieces. It stands alone: no script, no picture from elsewhere, and what the charts show is
 * also in the tables.
 *
 * @param compiledAt - as of when, ms since the Unix epoch
 */
export function* reportPage(report: Report, figures: Figures, compiledAt: number): Generator<string> {
  const title = escapeHtml(report.name);
  yield `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>${title}</title><style>${STYLE}</style></head>
<body>
<h1><bdi>${title}</bdi></h1>
<p class="quiet">Filemill, ${period(report)}, as of ${minute(compiledAt)}</p>
`;
  yield* sections(figures);
  yield '</body>\n</html>\n';
}

function* sections(figures: Figures): Generator<string> {
  const { totals, byProcessor, byDay, slowest, largest, reasons, failures } = figures;
  const all = sum(totals);
  yield section(
    'Totals',
    `<p>${count(all)} ${all === 1 ? 'job' : 'jobs'}, ${bytes(figures.sizeBytes)} of files</p>`,
  );
  if (all === 0) return;
  yield statusChart(totals) + legend() + table(['Status', '#Jobs'], [...statusRows(totals)]);
  yield section('By processor', processorChart(byProcessor));
  yield table(['Processor', ...TOTALS, '#Files', '#Processing'], byProcessor.map(processorRow));
  yield section('By day', dayChart(byDay));
  yield table(['Day (UTC)', ...TOTALS], byDay.map(dayRow));
  if (slowest.length > 0) yield section('Slowest', jobTable(slowest));
  if (largest.length > 0) yield section('Largest', jobTable(largest));
  if (reasons.length === 0) return;
  const reasonRows = reasons.map((of) => [of.title, of.processor ?? 'none', number(count(of.jobs))]);
  yield section('Why jobs failed', table(['Reason', 'Processor', '#Jobs'], reasonRows));
  yield section('Failed last', failureTable(failures));
}

const TOTALS = ['#Jobs', ...PARTS.map(({ name }) => `#${name[0].toUpperCase()}${name.slice(1)}`)];

function totalCells(totals: Totals): Cell[] {
  return [number(count(sum(totals))), ...PARTS.map(({ of }) => number(count(of(totals))))];
}

function processorRow({ processor, totals, sizeBytes, processingMs: took }: ProcessorFigures): Cell[] {
  return [processor ?? 'none', ...totalCells(totals), number(bytes(sizeBytes)), number(seconds(took))];
}

function dayRow({ day: at, totals }: DayFigures): Cell[] {
  return [day(at), ...totalCells(totals)];
}

function* statusRows(totals: Totals): Generator<Cell[]> {
  for (const status of JOB_STATUSES) if (totals[status] > 0) yield [status, number(count(totals[status]))];
}

function jobTable(jobs: readonly ReportedJob[]): string {
  const rows = jobs.map((job) => [
    job.filename,
    job.processor ?? 'none',
    job.status,
    number(job.sizeBytes === null ? '' : bytes(job.sizeBytes)),
    number(seconds(processingMs(job) ?? 0)),
    job.jobId,
  ]);
  return table(['File', 'Processor', 'Status', '#Size', '#Processing', 'Job'], rows);
}

function failureTable(jobs: readonly ReportedJob[]): string {
  const rows = jobs.map(({ filename, finishedAt, reason, jobId }) => [
    filename,
    finishedAt === null ? '' : minute(finishedAt),
    reason?.detail ?? '',
    jobId,
  ]);
  return table(['File', 'When', 'Reason', 'Job'], rows);
}

function legend(): string {
  const keys = PARTS.map(
    ({ name, color }) => `<span class="key"><span style="background:${color}"></span>${name}</span>`,
  );
  return `<p class="quiet">${keys.join(' ')}</p>\n`;
}

function section(title: string, content: string): string {
  return `<h2>${title}</h2>\n${content}\n`;
}

/** @param heads - `#` before one whose column holds numbers */
function table(heads: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const head = heads.map((text) =>
    text.startsWith('#') ? `<th class="number">${text.slice(1)}</th>` : `<th>${text}</th>`,
  );
  const body = rows.map((row) => `<tr>${row.map(toHtml).join('')}</tr>`);
  const content = `<thead><tr>${head.join('')}</tr></thead>\n<tbody>${body.join('\n')}</tbody>`;
  return `<div class="scroll"><table>${content}</table></div>\n`;
}

function number(text: string): Cell {
  return { number: text };
}

/** Text that runs the other way stays within its cell. */
function toHtml(cell: Cell): string {
  if (typeof cell === 'string') return `<td><bdi>${escapeHtml(cell)}</bdi></td>`;
  return `<td class="number">${escapeHtml(cell.number)}</td>`;
}
