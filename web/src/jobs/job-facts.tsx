import type { JobStatus } from '@filemill/sdk';
import { Ago } from '../ui/ago';
import { CopyButton } from '../ui/copy-button';
import { Facts } from '../ui/facts';
import { formatSeconds, secondsBetween } from '../ui/format';
import { hasFile } from './jobs-cache';
import { OriginalButton } from './original-button';

export function JobFacts({ job }: { job: JobStatus }) {
  const waited = secondsBetween(job.created_at, job.started_at);
  const { processing_time: took } = job;
  return (
    <section className="card" aria-labelledby="facts-title">
      <h2 id="facts-title">About</h2>
      <Facts
        facts={[
          ['Processor', job.processor],
          ['Handed in', <Ago key="at" at={job.created_at} />],
          ['Waited', waited === undefined ? null : formatSeconds(waited)],
          ['Processed in', took === null ? null : formatSeconds(took)],
          ['Priority', job.priority === 'normal' ? null : job.priority],
          ['Attempt', job.attempt > 1 ? job.attempt : null],
          ['Job', <code key="job">{job.job_id}</code>],
        ]}
      />
      <div className="button-row">
        {hasFile(job) && <OriginalButton job={job} />}
        <CopyButton text={job.job_id} label="Copy id" />
      </div>
    </section>
  );
}
