import type { Priority } from '@filemill/sdk';
import type { ReactNode } from 'react';
import type { UploadFields } from './upload-item';
import { useProcessors } from './use-limits';

const PRIORITIES: readonly { readonly value: Priority; readonly label: string }[] = [
  { value: 'high', label: 'Before my other jobs' },
  { value: 'low', label: 'After my other jobs' },
];

interface UploadDetailsProps {
  readonly fields: UploadFields;
  readonly onChange: (fields: UploadFields) => void;
}

/** What goes along with the files that are handed in from now on. */
export function UploadDetails({ fields, onChange }: UploadDetailsProps) {
  const { data: processors = [] } = useProcessors();
  const text = (name: 'tags' | 'category' | 'description', placeholder: string) => (
    <input
      className="input"
      value={fields[name] ?? ''}
      placeholder={placeholder}
      onChange={({ target }) => onChange({ ...fields, [name]: target.value || undefined })}
    />
  );
  return (
    <details className="upload-details">
      <summary>Details and processor</summary>
      <div className="form-grid">
        <Field label="Tags">{text('tags', 'invoice, 2026')}</Field>
        <Field label="Category">{text('category', 'finance')}</Field>
        <Field label="Description">{text('description', 'What this is')}</Field>
        <Field label="Processor">
          <select
            className="input"
            value={fields.processor ?? ''}
            onChange={({ target }) => onChange({ ...fields, processor: target.value || undefined })}
          >
            <option value="">By content</option>
            {processors.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </Field>
        <Field label="Priority">
          <select
            className="input"
            value={fields.priority ?? ''}
            onChange={({ target }) =>
              onChange({ ...fields, priority: (target.value || undefined) as Priority })
            }
          >
            <option value="">In turn</option>
            {PRIORITIES.map(({ value, label }) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
        </Field>
      </div>
    </details>
  );
}

function Field({ label, children }: { label: string; children: ReactNode }) {
  return (
    <label className="field">
      <span className="field-label">{label}</span>
      {children}
    </label>
  );
}
