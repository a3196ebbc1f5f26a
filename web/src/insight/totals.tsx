import type { Stats } from '@filemill/sdk';
import { Figures } from '../ui/facts';
import { figure, formatBytes, formatNumber } from '../ui/format';
import { Loading } from '../ui/states';

/** What there is of the reader's. */
export function TotalsCard({ stats }: { stats: Stats | undefined }) {
  return (
    <section className="card" aria-labelledby="totals-title">
      <h2 id="totals-title">Your jobs and files</h2>
      {stats ? <Figures figures={figuresOf(stats)} /> : <Loading label="Loading the figures" />}
    </section>
  );
}

function figuresOf({ jobs, stored }: Stats) {
  return [
    figure(jobs.total, 'job'),
    ['completed', formatNumber(jobs.completed)],
    ['failed', formatNumber(jobs.failed)],
    figure(stored.file_count, 'file'),
    ['stored', formatBytes(stored.size_bytes)],
  ] as const;
}

const STATES = ['total', 'completed', 'failed', 'cancelled', 'processing', 'pending'] as const;

/** All jobs of the reader, by processor. */
export function ProcessorTotals({ stats: { by_processor: rows } }: { stats: Stats }) {
  return (
    <section className="card" aria-labelledby="processors-title">
      <h2 id="processors-title">All jobs, by processor</h2>
      <div className="scroll-x" tabIndex={0} role="region" aria-label="All jobs, by processor, as a table">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Processor</th>
              {STATES.map((state) => (
                <th key={state} scope="col" className="numeric">
                  {state === 'pending' ? 'Waiting' : state[0].toUpperCase() + state.slice(1)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.processor}>
                <th scope="row">{row.processor ?? 'never fetched'}</th>
                {STATES.map((state) => (
                  <td key={state} className="numeric">
                    {formatNumber(row[state])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
