import type { JobStatus, LiveEvent } from '@filemill/sdk';
import { useEffect, useState } from 'react';
import { filemill } from '../api/client';
import { formatTime } from '../ui/format';
import { stepOf, type Step } from './timeline-steps';

/** What happened to the job, from the beginning, and what happens yet. */
export function Timeline({ job }: { job: JobStatus }) {
  const steps = useSteps(job.job_id, job.status);
  return (
    <section className="card" aria-labelledby="timeline-title">
      <h2 id="timeline-title">Timeline</h2>
      <ol className="timeline">
        {steps.map(({ id, words, at, tone }) => (
          <li key={id} data-tone={tone}>
            <span>{words}</span>
            {at !== null && (
              <time className="muted" dateTime={at}>
                {formatTime(at)}
              </time>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}

/** @param status - followed anew when it changes: the stream ends with the job, and a retry begins it again */
function useSteps(jobId: string, status: JobStatus['status']): readonly Step[] {
  const [steps, setSteps] = useState<readonly Step[]>([]);
  useEffect(() => {
    const stop = new AbortController();
    void collect(filemill.watchEvents(jobId, { lastEventId: '0', signal: stop.signal }), (seen) => {
      if (!stop.signal.aborted) setSteps(seen);
    });
    return () => stop.abort();
  }, [jobId, status]);
  return steps;
}

async function collect(
  events: AsyncIterable<LiveEvent>,
  onSteps: (steps: readonly Step[]) => void,
): Promise<void> {
  const steps: Step[] = [];
  try {
    for await (const event of events) {
      const step = stepOf(event);
      if (!step) continue;
      steps.push(step);
      onSteps([...steps]);
    }
  } catch {
    // Nobody looks any more, or the connection is gone: what was seen stays.
  }
}
