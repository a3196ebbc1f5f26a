import {
  useEffect,
  useId,
  useRef,
  useState,
  type ComponentProps,
  type FormEvent,
  type ReactNode,
} from 'react';
import { troubleOf, type Trouble } from '../api/problems';
import { TroubleNotice } from './states';

interface FormProps {
  readonly label: string;
  readonly submit: string;
  /** Sends the fields; what it throws is told. */
  readonly onSend: (fields: Readonly<Record<string, string>>) => Promise<void>;
  readonly children: (trouble: Trouble | undefined) => ReactNode;
  readonly isDangerous?: boolean;
}

/** A form that sends its fields by script, one time at a time, and tells what went wrong. */
export function Form({ label, submit, onSend, children, isDangerous = false }: FormProps) {
  const [trouble, setTrouble] = useState<Trouble>();
  const [isBusy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  // The button loses the focus while it is disabled.
  useEffect(() => {
    const find = (selector: string) => form.current?.querySelector<HTMLElement>(selector);
    if (trouble) (find('[aria-invalid="true"]') ?? find('[role="alert"]'))?.focus();
  }, [trouble]);
  const send = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = [...new FormData(event.currentTarget)].filter(([, value]) => value !== '');
    setBusy(true);
    try {
      await onSend(Object.fromEntries(given) as Record<string, string>);
      setTrouble(undefined);
      form.current?.reset();
    } catch (error) {
      setTrouble(troubleOf(error));
    }
    setBusy(false);
  };
  return (
    <form ref={form} className="form" aria-label={label} onSubmit={(event) => void send(event)}>
      {trouble && <TroubleNotice trouble={trouble} />}
      {children(trouble)}
      <button
        type="submit"
        className={isDangerous ? 'button button-bad' : 'button button-primary'}
        disabled={isBusy}
      >
        {submit}
      </button>
    </form>
  );
}

interface FormFieldProps extends ComponentProps<'input'> {
  readonly label: string;
  readonly name: string;
  readonly hint?: string;
  readonly trouble: Trouble | undefined;
}

export function FormField({ label, hint, trouble, name, ...input }: FormFieldProps) {
  const id = useId();
  const error = trouble?.fields[name];
  const about = `${id}-about`;
  return (
    <div className="field">
      <label className="field-label" htmlFor={id}>
        {label}
      </label>
      <input
        {...input}
        id={id}
        name={name}
        className="input"
        aria-invalid={error !== undefined}
        aria-describedby={(error ?? hint) === undefined ? undefined : about}
      />
      {(error ?? hint) !== undefined && (
        <span id={about} className={error === undefined ? 'field-hint muted' : 'field-error'}>
          {error ?? hint}
        </span>
      )}
    </div>
  );
}
