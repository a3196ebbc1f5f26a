import type { TableColumn, TableFaults, TableResult } from '@filemill/sdk';
import { Facts, Figures } from '../../ui/facts';
import { count, figure, formatNumber } from '../../ui/format';
import { quartileBars } from './histogram';

const DELIMITERS = { ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'bar' } as const;

export function TableView({ result }: { result: TableResult }) {
  return (
    <>
      <Figures figures={[figure(result.row_count, 'row'), figure(result.column_count, 'column')]} />
      <Facts
        facts={[
          ['Separated by', DELIMITERS[result.delimiter]],
          ['Header', result.has_header ? 'yes' : 'no'],
          ['Encoding', result.encoding.toUpperCase()],
          ['Uneven rows', faultWords(result.ragged_rows)],
          ['Stray quotes', faultWords(result.bad_quotes)],
        ]}
      />
      <Columns result={result} />
      {result.preview.length > 0 && <Preview result={result} />}
    </>
  );
}

function faultWords({ count: times, lines }: TableFaults): string | null {
  if (times === 0) return null;
  return `${formatNumber(times)}, first at line ${lines[0]}`;
}

function Columns({ result }: { result: TableResult }) {
  return (
    <div className="scroll-x" tabIndex={0} role="region" aria-label="Columns">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Column</th>
            <th scope="col">Type</th>
            <th scope="col">Values</th>
            <th scope="col" className="numeric">
              Different
            </th>
            <th scope="col" className="numeric">
              Empty
            </th>
            <th scope="col">Range</th>
          </tr>
        </thead>
        <tbody>
          {result.columns.map((column, index) => (
            <tr key={index}>
              <th scope="row">{column.name}</th>
              <td className="muted">{column.type}</td>
              <td>
                <Shape column={column} rows={result.row_count} />
              </td>
              <td className="numeric">
                {column.distinct_exact ? '' : '≈ '}
                {formatNumber(column.distinct)}
              </td>
              <td className="numeric">{formatNumber(column.nulls)}</td>
              <td className="range">{rangeWords(column)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function rangeWords({ min, max, quantiles }: TableColumn): string {
  if (min === null || max === null) return '–';
  const words = (value: string | number) => (typeof value === 'number' ? formatNumber(value) : value);
  const middle = quantiles ? `, median ${formatNumber(quantiles.p50)}` : '';
  return `${words(min)} to ${words(max)}${middle}`;
}

/** A small histogram of numbers; of anything else how many cells have something. */
function Shape({ column, rows }: { column: TableColumn; rows: number }) {
  const { quantiles, min, max, nulls, name } = column;
  const bars =
    quantiles && typeof min === 'number' && typeof max === 'number'
      ? quartileBars(min, quantiles, max)
      : undefined;
  const filled = rows === 0 ? 0 : (rows - nulls) / rows;
  const label = bars
    ? `${name}: where the quarters of its numbers lie`
    : `${name}: ${count(Math.round(filled * 100), 'percent', 'percent')} filled`;
  return (
    <svg className="shape" viewBox="0 0 100 24" preserveAspectRatio="none" role="img" aria-label={label}>
      <rect className="shape-base" x={0} y={23} width={100} height={1} />
      {bars ? (
        bars.map(({ from, to, height }, index) => (
          <rect
            key={index}
            x={from * 100}
            y={23 - height * 22}
            width={(to - from) * 100 - 0.6}
            height={height * 22}
          />
        ))
      ) : (
        <rect className="shape-share" x={0} y={9} width={filled * 100} height={6} />
      )}
    </svg>
  );
}

function Preview({ result }: { result: TableResult }) {
  return (
    <>
      <h3>First rows</h3>
      <div className="scroll-x" tabIndex={0} role="region" aria-label="First rows">
        <table className="table cells">
          <thead>
            <tr>
              {result.columns.map(({ name }, index) => (
                <th key={index} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {result.preview.map((cells, row) => (
              <tr key={row}>
                {cells.map((cell, index) => (
                  <td key={index}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
