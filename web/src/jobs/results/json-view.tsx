import type { JsonResult } from '@filemill/sdk';
import { Facts, Figures } from '../../ui/facts';
import { figure, formatNumber } from '../../ui/format';
import { TroubleNotice } from '../../ui/states';

export function JsonView({ result }: { result: JsonResult }) {
  const { valid, error, kinds, records, top_level: top } = result;
  if (!valid && error)
    return (
      <TroubleNotice
        trouble={{
          title: `Not valid ${result.format.toUpperCase()}`,
          detail: `${error.message} (line ${formatNumber(error.line)}, column ${formatNumber(error.column)})`,
          fields: {},
          canRetry: false,
        }}
      />
    );
  return (
    <>
      <Figures
        figures={[
          figure(result.depth ?? 0, 'level deep', 'levels deep'),
          figure(result.key_count ?? 0, 'key'),
          ...(records ? [figure(records.count, 'record')] : []),
        ]}
      />
      <Facts
        facts={[
          ['Format', result.format === 'ndjson' ? 'NDJSON, a document a line' : 'JSON'],
          [
            'Begins with',
            top && `${top.type}${top.length === null ? '' : ` of ${formatNumber(top.length)}`}`,
          ],
          ['Keys', top?.keys?.slice(0, 20).join(', ') || null],
          [
            'Of each record',
            records?.keys
              .slice(0, 20)
              .map(({ name }) => name)
              .join(', ') || null,
          ],
        ]}
      />
      {kinds && <Kinds kinds={kinds} />}
    </>
  );
}

function Kinds({ kinds }: { kinds: NonNullable<JsonResult['kinds']> }) {
  const rows = Object.entries(kinds).filter(([, value]) => value > 0);
  const most = Math.max(...rows.map(([, value]) => value), 1);
  return (
    <table className="table kinds">
      <thead>
        <tr>
          <th scope="col">Kind of value</th>
          <th scope="col" className="numeric">
            How many
          </th>
          <th scope="col">
            <span className="visually-hidden">Share</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(([kind, value]) => (
          <tr key={kind}>
            <td>{kind}</td>
            <td className="numeric">{formatNumber(value)}</td>
            <td className="share">
              <span style={{ width: `${(value / most) * 100}%` }} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
