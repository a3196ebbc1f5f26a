import { TroubleLine } from './trouble-line';
import { useJob } from '../jobs/use-job';
import { hrefOfJob } from '../shell/route';
import { formatBytes, formatSeconds } from '../ui/format';
import { Icon } from '../ui/icon';
import { Progress } from '../ui/progress';
import { useNow } from '../ui/use-now';
import { ResultLine } from '../jobs/results/result-line';
import { StatusBadge } from '../jobs/status-badge';
import type { UploadItem } from './upload-item';
import { dismiss, pauseOrResume, sendAgain, WAIT_SECONDS } from './uploads';

/** A file that was handed in: what its caller experiences, with the times. */
export function UploadCard({ item }: { item: UploadItem }) {
  const { name, sizeBytes, mode, state, jobId } = item;
  return (
    <li className="upload-card" data-state={state}>
      <div className="upload-head">
        {jobId === undefined ? (
          <strong className="upload-name">{name}</strong>
        ) : (
          <a className="upload-name" href={hrefOfJob(jobId)}>
            {name}
          </a>
        )}
        <span className="muted upload-size">{sizeBytes !== undefined && formatBytes(sizeBytes)}</span>
        <span className="tag">{mode === 'wait' ? 'waits' : 'background'}</span>
        <UploadButtons item={item} />
      </div>
      {state === 'sending' || state === 'paused' ? <Sending item={item} /> : null}
      {item.trouble && <TroubleLine trouble={item.trouble} />}
      {jobId !== undefined && <Outcome item={item} jobId={jobId} />}
    </li>
  );
}

function Sending({ item: { name, mode, sent, state, startedAt } }: { item: UploadItem }) {
  useNow(state === 'sending' ? 100 : undefined);
  const elapsed = (performance.now() - startedAt) / 1000;
  const words = state === 'paused' ? 'Paused' : mode === 'wait' ? 'Waiting for the result' : 'Sending';
  return (
    <>
      <Progress value={sent} label={`${name}: ${words}`} />
      <p className="muted upload-times">
        {words}
        {sent !== undefined && ` · ${Math.round(sent * 100)} %`}
        {state === 'sending' && ` · ${formatSeconds(elapsed)}`}
      </p>
    </>
  );
}

function UploadButtons({ item }: { item: UploadItem }) {
  const { name, mode, state } = item;
  const canSteer = mode === 'background';
  return (
    <span className="upload-buttons">
      {canSteer && (state === 'sending' || state === 'paused') && (
        <button
          type="button"
          className="icon-button"
          aria-label={`${state === 'paused' ? 'Resume' : 'Pause'} ${name}`}
          onClick={() => void pauseOrResume(item)}
        >
          <Icon name={state === 'paused' ? 'play' : 'pause'} />
        </button>
      )}
      {state === 'failed' && item.trouble?.canRetry && (
        <button type="button" className="button button-small" onClick={() => void sendAgain(item)}>
          <Icon name="retry" /> {canSteer && (item.sent ?? 0) > 0 ? 'Go on' : 'Try again'}
        </button>
      )}
      <button
        type="button"
        className="icon-button"
        aria-label={`${state === 'sending' ? 'Stop' : 'Dismiss'} ${name}`}
        onClick={() => void dismiss(item)}
      >
        <Icon name="close" />
      </button>
    </span>
  );
}

/** The job of the file, as it stands now. */
function Outcome({ item, jobId }: { item: UploadItem; jobId: string }) {
  const { data: job } = useJob(jobId);
  const answered = ((item.answeredAt ?? item.startedAt) - item.startedAt) / 1000;
  const isLate = item.mode === 'wait' && answered >= WAIT_SECONDS;
  return (
    <div className="upload-outcome">
      {job && <StatusBadge job={job} />}
      {job?.status === 'completed' && <ResultLine job={job} />}
      {job?.error && <span>{job.error.detail}</span>}
      <p className="muted upload-times">
        Answered after {formatSeconds(answered)}
        {item.uploadTimeMs !== undefined && ` · taken in within ${formatSeconds(item.uploadTimeMs / 1000)}`}
        {job?.processing_time != null && ` · processed in ${formatSeconds(job.processing_time)}`}
        {isLate && ' · not finished by then, it goes on in the background'}
      </p>
    </div>
  );
}
