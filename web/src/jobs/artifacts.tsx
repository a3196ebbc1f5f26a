import type { Artifact, JobStatus } from '@filemill/sdk';
import { formatBytes } from '../ui/format';
import { Icon } from '../ui/icon';
import { saveBlob } from '../ui/save-blob';
import { showTrouble } from '../ui/toasts';
import { fetchArtifact } from './use-artifact';

/** What processing made of the file, to be saved. */
export function Artifacts({ job }: { job: JobStatus }) {
  return (
    <section className="card" aria-labelledby="artifacts-title">
      <h2 id="artifacts-title">Artifacts</h2>
      <ul className="plain-list">
        {job.artifacts.map((artifact) => (
          <ArtifactRow key={artifact.name} jobId={job.job_id} artifact={artifact} />
        ))}
      </ul>
    </section>
  );
}

function ArtifactRow({ jobId, artifact }: { jobId: string; artifact: Artifact }) {
  const { name, content_type: type, size_bytes: size } = artifact;
  const save = async () => {
    try {
      saveBlob(await fetchArtifact(jobId, name), name);
    } catch (error) {
      showTrouble(error);
    }
  };
  return (
    <li className="artifact">
      <Icon name="file" />
      <span className="artifact-name">{name}</span>
      <span className="muted">
        {type} · {formatBytes(size)}
      </span>
      <button
        type="button"
        className="icon-button"
        aria-label={`Download ${name}`}
        title="Download"
        onClick={() => void save()}
      >
        <Icon name="download" />
      </button>
    </li>
  );
}
