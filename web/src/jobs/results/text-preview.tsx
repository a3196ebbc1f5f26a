import type { JobStatus } from '@filemill/sdk';
import { useEffect, useState } from 'react';
import { formatBytes } from '../../ui/format';
import { ErrorNotice, Loading } from '../../ui/states';
import { useArtifact } from '../use-artifact';

const SHOWN_BYTES = 20_000;

/** The beginning of the text that was found in a document. */
export function TextPreview({ job }: { job: JobStatus }) {
  const artifact = job.artifacts.find(({ name }) => name === 'text.txt');
  const { data, error, refetch } = useArtifact(job.job_id, artifact?.name, job.attempt);
  const [text, setText] = useState<string>();
  useEffect(() => {
    if (data) void data.slice(0, SHOWN_BYTES).text().then(setText);
  }, [data]);
  if (!artifact || artifact.size_bytes === 0) return null;
  return (
    <section className="text-preview" aria-labelledby="text-title">
      <h3 id="text-title">Text</h3>
      {error && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {!error && text === undefined && <Loading lines={4} />}
      {text !== undefined && (
        <pre tabIndex={0} aria-labelledby="text-title">
          {text.replaceAll('\f', '\n')}
        </pre>
      )}
      {artifact.size_bytes > SHOWN_BYTES && (
        <p className="muted">
          The first {formatBytes(SHOWN_BYTES)} of {formatBytes(artifact.size_bytes)}; the rest is in text.txt.
        </p>
      )}
    </section>
  );
}
