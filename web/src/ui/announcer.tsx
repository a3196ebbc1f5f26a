import { Store, useStore } from './store';

/** What screen readers were told last; the number makes the same words news again. */
const announcements = new Store({ text: '', number: 0 });

/** Tells those who cannot see it what has happened. */
export function announce(text: string): void {
  announcements.update(({ number }) => ({ text, number: number + 1 }));
}

export function Announcer() {
  const { text, number } = useStore(announcements);
  return (
    <div className="visually-hidden" role="status" aria-live="polite" data-testid="announcer">
      <span key={number}>{text}</span>
    </div>
  );
}
