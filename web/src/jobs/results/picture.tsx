import type { JobStatus } from '@filemill/sdk';
import { ErrorNotice, Loading } from '../../ui/states';
import { useArtifact, useBlobUrl } from '../use-artifact';

interface PictureProps {
  readonly job: JobStatus;
  /** The first of these artifacts that there is. */
  readonly names: readonly string[];
  readonly alt: string;
}

/** A picture that processing made. It is fetched as data are, since it may take credentials. */
export function Picture({ job, names, alt }: PictureProps) {
  const name = names.find((wanted) => job.artifacts.some((artifact) => artifact.name === wanted));
  const { data, error, refetch } = useArtifact(job.job_id, name, job.attempt);
  const url = useBlobUrl(data);
  if (name === undefined) return null;
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  return (
    <div className="picture">
      {url === undefined ? <Loading lines={4} label={alt} /> : <img src={url} alt={alt} />}
    </div>
  );
}
