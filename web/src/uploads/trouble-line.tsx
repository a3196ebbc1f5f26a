import type { Trouble } from '../api/problems';
import { Icon } from '../ui/icon';

export function TroubleLine({ trouble: { title, detail, requestId } }: { trouble: Trouble }) {
  return (
    <p className="trouble-line" role="alert">
      <Icon name="warning" />
      <span>
        <strong>{title}.</strong> {detail}
        {requestId && <span className="muted"> Request {requestId}</span>}
      </span>
    </p>
  );
}
