import type { Report } from '@filemill/sdk';
import { filemill } from '../api/client';
import { Ago } from '../ui/ago';
import { ConfirmButton } from '../ui/confirm-button';
import { formatBytes } from '../ui/format';
import { Icon } from '../ui/icon';
import { saveBlob } from '../ui/save-blob';
import { showTrouble } from '../ui/toasts';
import { refreshReports } from './use-reports';

export function ReportTable({ reports }: { reports: readonly Report[] }) {
  return (
    <div className="scroll-x" tabIndex={0} role="region" aria-label="Your reports, as a table">
      <table className="table report-table">
        <thead>
          <tr>
            <th scope="col">Title</th>
            <th scope="col">State</th>
            <th scope="col" className="wide-only">
              About
            </th>
            <th scope="col" className="wide-only">
              Mailed to
            </th>
            <th scope="col">Asked for</th>
            <th scope="col">
              <span className="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {reports.map((report) => (
            <ReportRow key={report.report_id} report={report} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

const STATES = {
  queued: ['Waiting', 'badge-pending'],
  running: ['Being compiled', 'badge-processing'],
  completed: ['Completed', 'badge-completed'],
  failed: ['Failed', 'badge-failed'],
} as const;

function ReportRow({ report }: { report: Report }) {
  const { report_name: name, status, error, recipient_email: recipient, mailed, size_bytes: size } = report;
  const path = { report_id: report.report_id };
  const [words, badge] = STATES[status];
  const attempt = async (action: () => Promise<unknown>) => {
    try {
      await action();
    } catch (thrown) {
      showTrouble(thrown, name);
    }
  };
  const download = async () => saveBlob(await filemill.downloadReport({ path }), report.filename);
  const remove = async () => {
    await filemill.deleteReport({ path });
    await refreshReports();
  };
  return (
    <tr>
      <th scope="row" className="report-title">
        {name}
      </th>
      <td>
        <span className={`badge ${badge}`}>{words}</span>
        {error !== null && <p className="bad">{error}</p>}
      </td>
      <td className="muted nowrap wide-only">{periodInWords(report)}</td>
      <td className="muted wide-only">
        {status === 'completed' && !mailed ? `${recipient} (not mailed)` : recipient}
      </td>
      <td className="muted nowrap">
        <Ago at={report.created_at} />
      </td>
      <td>
        <span className="row-actions">
          {size !== null && (
            <button type="button" className="button button-small" onClick={() => void attempt(download)}>
              <Icon name="download" /> {report.format.toUpperCase()}, {formatBytes(size)}
              <span className="visually-hidden"> of {name}</span>
            </button>
          )}
          <ConfirmButton
            label="Delete"
            question="Delete for good?"
            isSmall
            onConfirm={() => void attempt(remove)}
          />
        </span>
      </td>
    </tr>
  );
}

/** Days of UTC: the API gives the midnight after the last one. */
function periodInWords({ from, to }: Report): string {
  const first = from?.slice(0, 10);
  const last = to === null ? undefined : new Date(Date.parse(to) - 1).toISOString().slice(0, 10);
  if (first === undefined && last === undefined) return 'everything';
  return `${first ?? 'the beginning'} to ${last ?? 'now'}`;
}
