import { useId, useRef, useState } from 'react';
import { formatDay, formatMinute, formatNumber } from '../ui/format';
import { Loading } from '../ui/states';
import { Plot } from './plot';
import { total, type ChartData } from './series';

interface ChartProps {
  readonly title: string;
  /** What it shows, in words. */
  readonly summary: string;
  readonly data: ChartData;
  /** Bars that stand on each other, with their sums, or else lines, with their last values. */
  readonly isStacked?: boolean;
}

const nameOf = { minute: formatMinute, day: formatDay };

/** A chart, the same in words, and as a table for whoever wants to read the figures. */
export function Chart({ title, summary, data, isStacked = false }: ChartProps) {
  const id = useId();
  const legend = useRef<HTMLUListElement>(null);
  const [hovered, setHovered] = useState<number>();
  const { series, times, unit } = data;
  const at = hovered === undefined ? undefined : times[hovered];
  const valueOf = (values: readonly number[]) => {
    if (hovered !== undefined) return values[hovered];
    return isStacked ? total(values) : values.at(-1);
  };
  return (
    <section className="card chart" aria-labelledby={id}>
      <div className="section-head">
        <h2 id={id}>{title}</h2>
        <span className="muted push chart-time">{at === undefined ? '' : nameOf[unit](at)}</span>
      </div>
      <p className="muted">{summary}</p>
      <ul ref={legend} className="legend">
        {series.map(({ name, color, values }) => (
          <li key={name}>
            <span className="legend-mark" style={{ background: color }} />
            {name} <strong>{formatNumber(valueOf(values) ?? 0)}</strong>
          </li>
        ))}
      </ul>
      <Plot
        key={series.map(({ name }) => name).join()}
        data={data}
        isStacked={isStacked}
        label={`${title}: ${summary}`}
        legend={legend}
        onHover={setHovered}
      />
      <ChartTable title={title} data={data} />
    </section>
  );
}

/** Where a chart is going to be, so that nothing moves when it comes. */
export function ComingChart() {
  return (
    <div className="card chart">
      <Loading lines={6} label="Loading a chart" />
    </div>
  );
}

/** The newest first, without those when nothing happened. */
function ChartTable({ title, data: { unit, times, series } }: { title: string; data: ChartData }) {
  const eventful = times
    .map((_, index) => index)
    .filter((index) => series.some(({ values }) => values[index] > 0));
  return (
    <details className="chart-table">
      <summary>
        Figures<span className="visually-hidden"> of the chart {title}</span>
      </summary>
      {eventful.length === 0 ? (
        <p className="muted">Nothing happened.</p>
      ) : (
        <div className="scroll-x" tabIndex={0} role="region" aria-label={`${title}, as a table`}>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{unit === 'day' ? 'Day' : 'Minute'}</th>
                {series.map(({ name }) => (
                  <th key={name} scope="col" className="numeric">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {eventful.toReversed().map((index) => (
                <tr key={times[index]}>
                  <th scope="row">{nameOf[unit](times[index])}</th>
                  {series.map(({ name, values }) => (
                    <td key={name} className="numeric">
                      {formatNumber(values[index])}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </details>
  );
}
