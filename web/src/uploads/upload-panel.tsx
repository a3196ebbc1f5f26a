import { useState, type ReactNode } from 'react';
import { Segments } from '../ui/segments';
import { useStore } from '../ui/store';
import { DropZone } from './drop-zone';
import { UploadCard } from './upload-card';
import { UploadDetails } from './upload-details';
import type { UploadFields, UploadMode } from './upload-item';
import { handIn, handInUrl, uploads } from './uploads';
import { UrlForm } from './url-form';
import { useLimits } from './use-limits';

const MODES = [
  { value: 'wait', label: 'Wait for the result', hint: 'One request, answered when the file is processed' },
  {
    value: 'background',
    label: 'In the background',
    hint: 'Answered once the file is safe; goes on without you',
  },
] as const;

/** The choice is in the address, so that it can be linked to. */
const isBackground = () => window.location.pathname.endsWith('/background');

export function UploadPanel({ children }: { children: ReactNode }) {
  const [mode, setMode] = useState<UploadMode>(isBackground() ? 'background' : 'wait');
  const [fields, setFields] = useState<UploadFields>({});
  const { data: limits } = useLimits();
  const items = useStore(uploads);
  const choose = (chosen: UploadMode) => {
    setMode(chosen);
    history.replaceState(null, '', (chosen === 'background' ? './background' : './') + window.location.hash);
  };
  return (
    <section className="upload" aria-labelledby="upload-title">
      {children}
      <Segments label="How to hand in files" name="mode" value={mode} options={MODES} onChange={choose} />
      <DropZone limits={limits} onFiles={(files) => handIn(files, { mode, fields, limits })} />
      <div className="upload-more">
        <UploadDetails fields={fields} onChange={setFields} />
        <UrlForm onUrl={(url) => handInUrl(url, { mode, fields, limits })} />
      </div>
      {items.length > 0 && (
        <ul className="uploads" aria-label="Files handed in">
          {items.map((item) => (
            <UploadCard key={item.id} item={item} />
          ))}
        </ul>
      )}
    </section>
  );
}
