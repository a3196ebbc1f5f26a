import type { JobStatus } from '@filemill/sdk';
import { CopyButton } from '../ui/copy-button';

export function RawJson({ job }: { job: JobStatus }) {
  const text = JSON.stringify(job, null, 2);
  return (
    <details className="card raw">
      <summary>
        <h2>Raw JSON</h2>
      </summary>
      <CopyButton text={text} label="Copy JSON" />
      {/* Reachable by keyboard, since it scrolls. */}
      <pre tabIndex={0} aria-label="The job as JSON">
        {text}
      </pre>
    </details>
  );
}
