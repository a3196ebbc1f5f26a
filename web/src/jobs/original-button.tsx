import type { JobStatus } from '@filemill/sdk';
import { filemill } from '../api/client';
import { Icon } from '../ui/icon';
import { saveBlob } from '../ui/save-blob';
import { showTrouble } from '../ui/toasts';

/** Downloads the file as it was handed in. */
export function OriginalButton({ job: { file_id: fileId, filename } }: { job: JobStatus }) {
  const download = async () => {
    try {
      saveBlob(await filemill.downloadFile({ path: { file_id: fileId } }), filename);
    } catch (error) {
      showTrouble(error);
    }
  };
  return (
    <button type="button" className="button button-small" onClick={() => void download()}>
      <Icon name="download" /> Original
    </button>
  );
}
