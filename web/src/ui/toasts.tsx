import { useEffect, useState } from 'react';
import { troubleOf } from '../api/problems';
import { Icon } from './icon';
import { newId } from './new-id';
import { Store, useStore } from './store';

export interface Toast {
  readonly id: string;
  readonly text: string;
  readonly tone: 'plain' | 'bad';
  readonly action?: { readonly label: string; readonly run: () => void };
  /** How long it stays, unless somebody points at it. */
  readonly ms: number;
  /** When it has gone without its action. */
  readonly onGone?: () => void;
}

const toasts = new Store<readonly Toast[]>([]);

export function showToast(toast: Omit<Toast, 'id' | 'tone' | 'ms'> & Partial<Toast>): string {
  const whole: Toast = {
    id: newId(),
    tone: 'plain',
    ms: 8000,
    ...toast,
  };
  toasts.update((shown) => [...shown.filter(({ id }) => id !== whole.id), whole]);
  return whole.id;
}

/** Puts into words what went wrong. @param subject - what it went wrong with */
export function showTrouble(error: unknown, subject?: string): void {
  const { title, detail } = troubleOf(error);
  const words = detail === '' ? title : `${title}. ${detail}`;
  showToast({ text: subject === undefined ? words : `${subject}: ${words}`, tone: 'bad' });
}

export function hideToast(id: string): void {
  toasts.update((shown) => shown.filter((toast) => toast.id !== id));
}

export function Toasts() {
  const shown = useStore(toasts);
  return (
    <section className="toasts" aria-label="Notices" role="status">
      {shown.map((toast) => (
        <ToastCard key={toast.id} toast={toast} />
      ))}
    </section>
  );
}

function ToastCard({ toast }: { toast: Toast }) {
  const { id, text, tone, action, ms, onGone } = toast;
  const [isHeld, setHeld] = useState(false);
  const leave = () => {
    hideToast(id);
    onGone?.();
  };
  useEffect(() => {
    if (isHeld) return undefined;
    const timer = setTimeout(leave, ms);
    return () => clearTimeout(timer);
    // A toast never changes while it is shown.
  }, [isHeld]);
  const hold = {
    onMouseEnter: () => setHeld(true),
    onMouseLeave: () => setHeld(false),
    onFocus: () => setHeld(true),
    onBlur: () => setHeld(false),
  };
  return (
    <div className={`toast toast-${tone}`} {...hold}>
      <p>{text}</p>
      {action && (
        <button
          type="button"
          className="button button-small"
          onClick={() => {
            hideToast(id);
            action.run();
          }}
        >
          {action.label}
        </button>
      )}
      <button type="button" className="icon-button" aria-label="Dismiss" onClick={leave}>
        <Icon name="close" />
      </button>
    </div>
  );
}
