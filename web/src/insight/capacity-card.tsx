import { Figures } from '../ui/facts';
import { count, formatNumber } from '../ui/format';
import { Progress } from '../ui/progress';
import { ErrorNotice, Loading } from '../ui/states';
import { useCapacity } from './use-insight';

/** How much more the service takes on. */
export function CapacityCard() {
  const { data: capacity, error, refetch } = useCapacity();
  return (
    <section className="card" aria-labelledby="capacity-title">
      <div className="section-head">
        <h2 id="capacity-title">Capacity</h2>
        {capacity && (
          <span className={`badge push ${capacity.accepting ? 'badge-completed' : 'badge-failed'}`}>
            {capacity.accepting ? 'Takes more on' : 'Takes nothing more on'}
          </span>
        )}
      </div>
      {error && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {!capacity && !error && <Loading lines={2} />}
      {capacity && (
        <>
          <Figures
            figures={[
              ['waiting', formatNumber(capacity.queued)],
              ['running', formatNumber(capacity.running)],
            ]}
          />
          <Progress
            value={Math.min(1, capacity.queued / capacity.max_backlog)}
            label="How full the queue is"
          />
          <p className="muted">
            Tasks of everybody. {count(capacity.max_backlog, 'task')} may wait before more is refused.
          </p>
        </>
      )}
    </section>
  );
}
