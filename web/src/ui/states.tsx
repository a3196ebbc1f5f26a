import type { ReactNode } from 'react';
import { troubleOf, type Trouble } from '../api/problems';
import { Icon } from './icon';

/** Nothing here yet, and what to do about it. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      {children && <p>{children}</p>}
    </div>
  );
}

/** Lines where text is going to be. */
export function Loading({ lines = 3, label = 'Loading' }: { lines?: number; label?: string }) {
  return (
    <div className="loading" role="status" aria-label={label}>
      {Array.from({ length: lines }, (_, index) => (
        <span key={index} className="loading-line" />
      ))}
    </div>
  );
}

export function ErrorNotice({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  return <TroubleNotice trouble={troubleOf(error)} onRetry={onRetry} />;
}

export function TroubleNotice({ trouble, onRetry }: { trouble: Trouble; onRetry?: () => void }) {
  return (
    <div className="notice notice-bad" role="alert" tabIndex={-1}>
      <Icon name="warning" />
      <div>
        <p className="notice-title">{trouble.title}</p>
        {trouble.detail && <p>{trouble.detail}</p>}
        {trouble.requestId && <p className="muted">Request {trouble.requestId}</p>}
      </div>
      {onRetry && (
        <button type="button" className="button button-small" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}
