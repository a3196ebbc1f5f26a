import type { Limits } from '@filemill/sdk';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { formatBytes } from '../ui/format';
import { Icon } from '../ui/icon';
import { prepareUploads } from './uploads';

interface DropZoneProps {
  readonly limits: Limits | undefined;
  readonly onFiles: (files: readonly File[]) => void;
}

/** Takes files from a picker, dropped anywhere on the page, or pasted. */
export function DropZone({ limits, onFiles }: DropZoneProps) {
  const picker = useRef<HTMLInputElement>(null);
  const isOver = useDroppedFiles(onFiles);
  usePastedFiles(onFiles);
  const prepare = () => void prepareUploads();
  return (
    <div className="drop-zone" data-over={isOver} onPointerEnter={prepare} onFocus={prepare}>
      <span className="drop-icon">
        <Icon name="upload" />
      </span>
      <p className="drop-title">{isOver ? 'Let go to hand in' : 'Drop files anywhere, or paste them'}</p>
      <button type="button" className="button button-primary" onClick={() => picker.current?.click()}>
        Choose files
      </button>
      <input
        ref={picker}
        className="visually-hidden"
        type="file"
        multiple
        tabIndex={-1}
        aria-label="Files to hand in"
        onChange={({ target }) => {
          onFiles([...(target.files ?? [])]);
          target.value = ''; // the same file may be chosen again
        }}
      />
      {limits && (
        <p className="muted drop-limits">
          Up to {formatBytes(limits.max_file_size_bytes)} each · <Types extensions={limits.extensions} />
        </p>
      )}
    </div>
  );
}

const WELL_KNOWN = ['.txt', '.md', '.csv', '.json', '.pdf', '.docx', '.jpg', '.png', '.zip'];

function Types({ extensions }: { extensions: readonly string[] }) {
  const known = WELL_KNOWN.filter((extension) => extensions.includes(extension));
  const shown = known.length > 0 ? known : extensions.slice(0, 9);
  const others = extensions.length - shown.length;
  const words = shown.map((extension) => extension.slice(1).toUpperCase()).join(', ');
  return (
    <span title={extensions.join(' ')}>
      {words}
      {others > 0 && ` and ${others} more types`}
    </span>
  );
}

function useDroppedFiles(onFiles: DropZoneProps['onFiles']): boolean {
  const [isOver, setOver] = useState(false);
  const take = useEffectEvent(onFiles);
  useEffect(() => {
    const over = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = 'copy';
      void prepareUploads();
      setOver(true);
    };
    const leave = (event: DragEvent) => event.relatedTarget === null && setOver(false);
    const drop = (event: DragEvent) => {
      setOver(false);
      const files = [...(event.dataTransfer?.files ?? [])];
      if (files.length === 0) return;
      event.preventDefault();
      take(files);
    };
    window.addEventListener('dragover', over);
    window.addEventListener('dragleave', leave);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('dragover', over);
      window.removeEventListener('dragleave', leave);
      window.removeEventListener('drop', drop);
    };
  }, []);
  return isOver;
}

function usePastedFiles(onFiles: DropZoneProps['onFiles']): void {
  const take = useEffectEvent(onFiles);
  useEffect(() => {
    const paste = ({ clipboardData }: ClipboardEvent) => {
      const files = [...(clipboardData?.files ?? [])];
      if (files.length > 0) take(files);
    };
    window.addEventListener('paste', paste);
    return () => window.removeEventListener('paste', paste);
  }, []);
}
