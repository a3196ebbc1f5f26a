import type { JobState } from '@filemill/sdk';
import { Icon } from '../ui/icon';
import { useProcessors } from '../uploads/use-limits';
import type { JobFilter } from './jobs-cache';
import { statusWords } from './status-badge';

interface JobFiltersProps {
  readonly filter: JobFilter;
  readonly onChange: (filter: JobFilter) => void;
}

export function JobFilters({ filter, onChange }: JobFiltersProps) {
  const { data: processors = [] } = useProcessors();
  const set = (change: JobFilter) => onChange({ ...filter, ...change });
  return (
    <search className="filters">
      <span className="search-field">
        <Icon name="search" />
        <input
          className="input"
          type="search"
          aria-label="Search by file name"
          placeholder="Search by file name"
          value={filter.filename ?? ''}
          onChange={({ target }) => set({ filename: target.value || undefined })}
        />
      </span>
      <Choice
        label="Status"
        value={filter.status}
        options={Object.entries(statusWords)}
        onChange={(status) => set({ status: status as JobState | undefined })}
      />
      <Choice
        label="Processor"
        value={filter.processor}
        options={processors.map(({ name }) => [name, name])}
        onChange={(processor) => set({ processor })}
      />
      <input
        className="input filter-tag"
        aria-label="Tag"
        placeholder="Exact tag"
        value={filter.tag ?? ''}
        onChange={({ target }) => set({ tag: target.value || undefined })}
      />
    </search>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string | undefined;
  readonly options: readonly (readonly [string, string])[];
  readonly onChange: (value: string | undefined) => void;
}

function Choice({ label, value, options, onChange }: ChoiceProps) {
  return (
    <select
      className="input"
      aria-label={label}
      value={value ?? ''}
      onChange={({ target }) => onChange(target.value || undefined)}
    >
      <option value="">{`Any ${label.toLowerCase()}`}</option>
      {options.map(([key, words]) => (
        <option key={key} value={key}>
          {words}
        </option>
      ))}
    </select>
  );
}
