import { DAY_MS } from '../../platform/clock/durations';
import { escapeHtml } from '../../platform/mail/letter';
import { sum, type DayFigures, type ProcessorFigures, type Totals } from './figures';
import { count, day } from './report-texts';

const WIDTH = 640;
/** Columns of the chart of days; where there are more days, a column stands for several. */
const COLUMNS = 60;
const COLUMN_HEIGHT = 120;
const BAR_HEIGHT = 24;
const LABEL_WIDTH = 120;
/** Characters that it has room for. */
const LABEL = 16;

/** What a chart tells apart, in the order in which it is stacked. */
export const PARTS = [
  { name: 'completed', color: '#1a7f4b', of: ({ completed }: Totals) => completed },
  { name: 'failed', color: '#c0392b', of: ({ failed }: Totals) => failed },
  { name: 'cancelled', color: '#8a8f98', of: ({ cancelled }: Totals) => cancelled },
  { name: 'under way', color: '#2f6fd0', of: ({ pending, processing }: Totals) => pending + processing },
] as const;

/** One bar, divided by what became of the jobs. */
export function statusChart(totals: Totals): string {
  const label = PARTS.map(({ name, of }) => `${name} ${count(of(totals))}`).join(', ');
  return svg(BAR_HEIGHT, label, stacked(totals, WIDTH / Math.max(1, sum(totals)), 0, 0));
}

/** A bar for each processor. */
export function processorChart(processors: readonly ProcessorFigures[]): string {
  const most = Math.max(1, ...processors.map(({ totals }) => sum(totals)));
  const scale = (WIDTH - LABEL_WIDTH) / most;
  const bars = processors.map(({ processor, totals }, index) => {
    const top = index * (BAR_HEIGHT + 4);
    const name = escapeHtml(shortened(processor ?? 'none'));
    return `<text x="0" y="${top + 16}" font-size="13">${name}</text>${stacked(totals, scale, LABEL_WIDTH, top)}`;
  });
  return svg(Math.max(1, processors.length) * (BAR_HEIGHT + 4), 'Jobs by processor', bars.join(''));
}

/** A column for each day from the first to the last. */
export function dayChart(days: readonly DayFigures[]): string {
  const columns = toColumns(days);
  const most = Math.max(1, ...columns.map(sum));
  const width = WIDTH / Math.max(1, columns.length);
  const bars = columns.map((totals, index) => column(totals, COLUMN_HEIGHT / most, index * width, width));
  const [first, last] = [days.at(0), days.at(-1)].map((of) => (of ? day(of.day) : ''));
  const axis =
    `<line x1="0" y1="${COLUMN_HEIGHT}" x2="${WIDTH}" y2="${COLUMN_HEIGHT}" stroke="#8a8f98"/>` +
    `<text x="0" y="${COLUMN_HEIGHT + 16}" font-size="12">${first}</text>` +
    `<text x="${WIDTH}" y="${COLUMN_HEIGHT + 16}" font-size="12" text-anchor="end">${last}</text>`;
  return svg(COLUMN_HEIGHT + 20, `Jobs by day, ${count(most)} at most`, bars.join('') + axis);
}

/** Days without a job included, several to a column when they are many. */
function toColumns(days: readonly DayFigures[]): Totals[] {
  if (days.length === 0) return [];
  const first = days[0].day;
  const length = (days.at(-1)!.day - first) / DAY_MS + 1;
  const perColumn = Math.ceil(length / COLUMNS);
  const columns = Array.from({ length: Math.ceil(length / perColumn) }, () => ({
    pending: 0,
    processing: 0,
    completed: 0,
    failed: 0,
    cancelled: 0,
  }));
  for (const { day: at, totals } of days) {
    const into = columns[Math.floor((at - first) / DAY_MS / perColumn)];
    for (const status of Object.keys(into) as (keyof Totals)[]) into[status] += totals[status];
  }
  return columns;
}

function shortened(name: string): string {
  const characters = [...name];
  return characters.length > LABEL ? `${characters.slice(0, LABEL - 1).join('')}…` : name;
}

function stacked(totals: Totals, scale: number, left: number, top: number): string {
  let x = left;
  return PARTS.map(({ color, of }) => {
    const width = of(totals) * scale;
    const part = rect(x, top, width, BAR_HEIGHT, color);
    x += width;
    return part;
  }).join('');
}

function column(totals: Totals, scale: number, left: number, width: number): string {
  let y = COLUMN_HEIGHT;
  return PARTS.map(({ color, of }) => {
    const height = of(totals) * scale;
    y -= height;
    return rect(left, y, Math.max(1, width - 1), height, color);
  }).join('');
}

function rect(x: number, y: number, width: number, height: number, color: string): string {
  if (width <= 0 || height <= 0) return '';
  const [left, top, wide, high] = [x, y, width, height].map((value) => Number(value.toFixed(2)));
  return `<rect x="${left}" y="${top}" width="${wide}" height="${high}" fill="${color}"/>`;
}

function svg(height: number, label: string, content: string): string {
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${escapeHtml(label)}" ` +
    `viewBox="0 0 ${WIDTH} ${height}" width="100%" style="max-width:${WIDTH}px">${content}</svg>`
  );
}
