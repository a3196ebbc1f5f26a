import type { ActivityEntry } from '@filemill/sdk';
import { useState } from 'react';
import { hrefOfJob } from '../shell/route';
import { Ago } from '../ui/ago';
import { count } from '../ui/format';
import { LiveMark } from '../ui/live-mark';
import { More } from '../ui/more';
import { Empty, ErrorNotice, Loading } from '../ui/states';
import { useStore } from '../ui/store';
import { activityState, useActivity, type ActivityType } from './use-activity';

const WORDS: Record<ActivityType, string> = {
  'job.created': 'Handed in',
  'job.completed': 'Completed',
  'job.failed': 'Failed',
  'job.cancelled': 'Cancelled',
  'job.deleted': 'Deleted',
  'file.downloaded': 'Downloaded',
  'report.requested': 'Report asked for',
  'report.completed': 'Report compiled',
  'report.failed': 'Report not compiled',
  'user.registered': 'Registered',
  'user.logged_in': 'Logged in',
  'user.logged_out': 'Logged out',
  'user.password_changed': 'Password changed',
  'api_key.created': 'Key made',
  'api_key.revoked': 'Key deleted',
  'admin.acted': 'Administration',
  note: 'Note',
};

/** What happened, and what happens now. */
export function ActivityLog() {
  const [type, setType] = useState<ActivityType>();
  const log = useActivity(type);
  const entries = log.data?.pages.flatMap(({ items }) => items);
  return (
    <section className="card" aria-labelledby="activity-title">
      <div className="section-head">
        <h2 id="activity-title">Activity</h2>
        <LiveMark state={useStore(activityState)} />
        <span className="muted">{log.data && count(log.data.pages[0].total, 'entry', 'entries')}</span>
        <select
          className="input activity-type push"
          aria-label="Kind of activity"
          value={type ?? ''}
          onChange={({ target }) => setType((target.value || undefined) as ActivityType | undefined)}
        >
          <option value="">Everything</option>
          {Object.entries(WORDS).map(([key, words]) => (
            <option key={key} value={key}>
              {words}
            </option>
          ))}
        </select>
      </div>
      {log.isPending && <Loading lines={5} label="Loading the activity" />}
      {log.isError && <ErrorNotice error={log.error} onRetry={() => void log.refetch()} />}
      {entries?.length === 0 &&
        (type === undefined ? (
          <Empty title="Nothing yet">What you and your jobs do is written down here.</Empty>
        ) : (
          <Empty title="No entry of this kind" />
        ))}
      {entries && entries.length > 0 && (
        <ul className="plain-list activity">
          {entries.map((entry) => (
            <Entry key={entry.entry_id} entry={entry} />
          ))}
        </ul>
      )}
      <More
        hasMore={log.hasNextPage}
        isLoading={log.isFetchingNextPage}
        onMore={() => void log.fetchNextPage()}
      />
    </section>
  );
}

const TONES: Partial<Record<ActivityType, string>> = {
  'job.completed': 'good',
  'job.failed': 'bad',
  'job.cancelled': 'bad',
};

function Entry({ entry: { type, description, job_id: jobId, happened_at: at } }: { entry: ActivityEntry }) {
  const hasJob = jobId !== null && type !== 'job.deleted';
  return (
    <li data-tone={TONES[type]}>
      {hasJob ? <a href={hrefOfJob(jobId)}>{description}</a> : <span>{description}</span>}
      <span className="muted">
        <Ago at={at} />
      </span>
    </li>
  );
}
