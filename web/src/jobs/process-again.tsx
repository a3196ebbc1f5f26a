import type { JobStatus, Processor } from '@filemill/sdk';
import { useState } from 'react';
import { filemill, queries } from '../api/client';
import { hrefOfJob } from '../shell/route';
import { showTrouble } from '../ui/toasts';
import { useProcessors } from '../uploads/use-limits';

/** Has the stored file processed once more, or by another processor. */
export function ProcessAgain({ job }: { job: JobStatus }) {
  const { data: processors = [] } = useProcessors();
  const fitting = processors.filter((processor) => takes(processor, job.filename));
  const [chosen, setChosen] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  if (fitting.length === 0) return null;
  const other = fitting.find(({ name }) => name !== job.processor) ?? fitting[0];
  const processor = chosen ?? other.name;
  const start = async () => {
    setBusy(true);
    try {
      const made = await filemill.createJob({ body: { file_id: job.file_id, processor } });
      void queries.invalidateQueries({ queryKey: ['jobs'] });
      window.location.hash = hrefOfJob(made.job_id);
    } catch (error) {
      showTrouble(error);
    }
    setBusy(false);
  };
  return (
    <section className="card" aria-labelledby="again-title">
      <h2 id="again-title">Process again</h2>
      <div className="process-again">
        <select
          className="input"
          aria-label="Processor"
          value={processor}
          onChange={({ target }) => setChosen(target.value)}
        >
          {fitting.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </select>
        <button type="button" className="button" disabled={isBusy} onClick={() => void start()}>
          Start
        </button>
      </div>
    </section>
  );
}

function takes({ accepts }: Processor, filename: string): boolean {
  return accepts.some(({ extension }) => filename.toLowerCase().endsWith(extension));
}
