import type { JobStatus } from '@filemill/sdk';
import { hrefOfJob } from '../shell/route';
import { Ago } from '../ui/ago';
import { formatSeconds } from '../ui/format';
import { JobActions } from './job-actions';
import { StatusBadge } from './status-badge';

export function JobsTable({ jobs }: { jobs: readonly JobStatus[] }) {
  return (
    <table className="table jobs-table">
      <thead>
        <tr>
          <th scope="col">File</th>
          <th scope="col">Status</th>
          <th scope="col" className="wide-only">
            Processor
          </th>
          <th scope="col" className="wide-only numeric">
            Took
          </th>
          <th scope="col" className="roomy-only">
            Handed in
          </th>
          <th scope="col">
            <span className="visually-hidden">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {jobs.map((job) => (
          <JobRow key={job.job_id} job={job} />
        ))}
      </tbody>
    </table>
  );
}

function JobRow({ job }: { job: JobStatus }) {
  const { job_id: jobId, filename, processor, processing_time: took, created_at: createdAt } = job;
  return (
    <tr data-job={jobId}>
      <td className="job-file">
        <a href={hrefOfJob(jobId)}>{filename}</a>
      </td>
      <td>
        <StatusBadge job={job} />
      </td>
      <td className="wide-only muted">{processor ?? '–'}</td>
      <td className="wide-only numeric muted">{took === null ? '–' : formatSeconds(took)}</td>
      <td className="roomy-only muted">
        <Ago at={createdAt} />
      </td>
      <td className="job-row-actions">
        <JobActions job={job} />
      </td>
    </tr>
  );
}
