import type { JobStatus } from '@filemill/sdk';
import { hasCode, troubleOfProblem } from '../api/problems';
import { usePageTitle } from '../shell/use-route';
import { Icon } from '../ui/icon';
import { Empty, ErrorNotice, Loading, TroubleNotice } from '../ui/states';
import { Artifacts } from './artifacts';
import { CodeSnippets } from './code-snippets';
import { JobActions } from './job-actions';
import { JobFacts } from './job-facts';
import { hasFile } from './jobs-cache';
import { ProcessAgain } from './process-again';
import { RawJson } from './raw-json';
import { ResultView } from './results/result-view';
import { StatusBadge } from './status-badge';
import { Timeline } from './timeline';
import { useJob } from './use-job';

export function JobPage({ jobId }: { jobId: string }) {
  const { data, error, refetch } = useJob(jobId);
  const isGone = hasCode(error, 'job_not_found');
  const job = isGone ? undefined : data;
  const heading = usePageTitle(job?.filename ?? 'Job');
  return (
    <article className="job-page">
      <a className="back" href="#/">
        <Icon name="back" /> All jobs
      </a>
      <header className="job-head">
        <h1 ref={heading} tabIndex={-1}>
          {job?.filename ?? 'Job'}
        </h1>
        {job && <StatusBadge job={job} />}
        {job && <JobActions job={job} withWords onDeleted={() => (window.location.hash = '#/')} />}
      </header>
      {!job && !error && <Loading lines={6} label="Loading the job" />}
      {isGone && <Gone />}
      {error && !isGone && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {job && <JobBody job={job} />}
    </article>
  );
}

function Gone() {
  return (
    <Empty title="There is no such job">
      It was deleted, or it belongs to somebody else. <a href="#/">See your jobs</a>
    </Empty>
  );
}

function JobBody({ job }: { job: JobStatus }) {
  return (
    <div className="job-body">
      <div className="job-main">
        {job.error && <TroubleNotice trouble={troubleOfProblem(job.error)} />}
        <section className="card" aria-labelledby="result-title">
          <h2 id="result-title">Result</h2>
          <ResultView job={job} />
        </section>
        {job.artifacts.length > 0 && <Artifacts job={job} />}
        <RawJson job={job} />
      </div>
      <aside className="job-side" aria-label="About the job">
        <JobFacts job={job} />
        <Timeline job={job} />
        {hasFile(job) && <ProcessAgain job={job} />}
        <CodeSnippets job={job} />
      </aside>
    </div>
  );
}
