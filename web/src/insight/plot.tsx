import { useEffect, useEffectEvent, useRef, type RefObject } from 'react';
import uPlot from 'uplot';
import { formatDay, formatMinute } from '../ui/format';
import { stack, type ChartData, type Series } from './series';

const HEIGHT = 200;
const SECONDS = { minute: 60, day: 86_400 };
/** Jobs are whole: so are the steps of their axis. */
const STEPS = [1, 2, 5]
  .flatMap((step) => Array.from({ length: 9 }, (_, power) => step * 10 ** power))
  .toSorted((a, b) => a - b);
const LEAST_HIGH = 4;
/** `BarsPathBuilderFacetUnit.ScaleValue`, which uPlot only declares. */
const SCALE = 1;

export interface PlotProps {
  readonly data: ChartData;
  /** Bars that stand on each other, or else lines. */
  readonly isStacked: boolean;
  /** What it shows, in words. */
  readonly label: string;
  /** Each series begins with a mark in its color there: what the style sheet makes of it counts. */
  readonly legend: RefObject<HTMLElement | null>;
  /** Which of the times somebody points at. */
  readonly onHover: (index: number | undefined) => void;
}

/** Drawn by uPlot. It begins anew when there are other series. */
export function Plot({ data, isStacked, label, legend, onHover }: PlotProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const hover = useEffectEvent(onHover);
  useEffect(() => {
    const paint = new Paint(box.current!, legend.current!);
    const options = optionsOf(data, isStacked, paint, hover);
    const made = new uPlot(options, alignedOf(data, isStacked), box.current!);
    plot.current = made;
    const stopFollowing = followSize(box.current!, made);
    const stopWatching = watchColors(() => made.redraw());
    return () => {
      stopFollowing();
      stopWatching();
      made.destroy();
    };
    // New values of the same series do not make a new plot.
  }, []);
  useEffect(() => plot.current?.setData(alignedOf(data, isStacked)), [data, isStacked]);
  return <div ref={box} className="plot" role="img" aria-label={label} />;
}

/** The colors as they are now. */
class Paint {
  constructor(
    private readonly box: HTMLElement,
    private readonly legend: HTMLElement,
  ) {}

  readonly ofSeries = (index: number) =>
    getComputedStyle(this.legend.children[index].children[0]).backgroundColor;
  readonly ofText = () => getComputedStyle(this.box).color;
  readonly ofLines = () => getComputedStyle(this.box).borderTopColor;

  get font(): string {
    return `12px ${getComputedStyle(this.box).fontFamily}`;
  }
}

function alignedOf({ times, series }: ChartData, isStacked: boolean): uPlot.AlignedData {
  const values = isStacked ? stack(series) : series.map((each) => [...each.values]);
  return [times.map((at) => Date.parse(at) / 1000), ...values];
}

function optionsOf(
  { unit, series }: ChartData,
  isStacked: boolean,
  paint: Paint,
  onHover: PlotProps['onHover'],
): uPlot.Options {
  const half = SECONDS[unit] / 2;
  const axis = { stroke: paint.ofText, font: paint.font, ticks: { show: false } };
  const words = unit === 'day' ? formatDay : formatMinute;
  const barsOf = (_: Series, index: number) => bars(() => paint.ofSeries(index));
  const lineOf = (_: Series, index: number) => line(() => paint.ofSeries(index));
  return {
    width: 300,
    height: HEIGHT,
    tzDate: (at) => (unit === 'day' ? uPlot.tzDate(new Date(at * 1000), 'Etc/UTC') : new Date(at * 1000)),
    legend: { show: false },
    cursor: { y: false, drag: { x: false }, points: { show: !isStacked } },
    scales: {
      x: { range: (_, first, last) => [first - half, last + half] },
      y: { range: (_, __, highest) => [0, Math.max(LEAST_HIGH, highest * 1.1)] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        space: 70,
        size: 30,
        values: (_, splits) => splits.map((at) => words(new Date(at * 1000).toISOString())),
      },
      { ...axis, grid: { stroke: paint.ofLines, width: 1 }, incrs: STEPS, size: 46 },
    ],
    series: [{}, ...series.map(isStacked ? barsOf : lineOf)],
    hooks: { setCursor: [({ cursor: { idx } }) => onHover(idx ?? undefined)] },
  };
}

/** Each begins where the one below it ends: `data` is stacked. */
function bars(color: () => string): uPlot.Series {
  const top = (plot: uPlot, index: number) => [...plot.data[index]];
  const bottom = (plot: uPlot, index: number) => (index === 1 ? [] : top(plot, index - 1));
  const disp = { y0: { unit: SCALE, values: bottom }, y1: { unit: SCALE, values: top } };
  const paths = uPlot.paths.bars!({ size: [0.8, 28], disp });
  return { fill: color, width: 0, points: { show: false }, paths };
}

function line(color: () => string): uPlot.Series {
  return { stroke: color, width: 2, points: { show: false } };
}

function followSize(box: HTMLElement, plot: uPlot): () => void {
  const observer = new ResizeObserver(() => plot.setSize({ width: box.clientWidth, height: HEIGHT }));
  observer.observe(box);
  return () => observer.disconnect();
}

/** Tells when the reader, or their system, changes from light to dark. */
function watchColors(onChange: () => void): () => void {
  const observer = new MutationObserver(onChange);
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  const dark = matchMedia('(prefers-color-scheme: dark)');
  dark.addEventListener('change', onChange);
  return () => {
    observer.disconnect();
    dark.removeEventListener('change', onChange);
  };
}
