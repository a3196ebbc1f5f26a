import type { Webhook } from '@filemill/sdk';

const REASONS: Record<string, string> = {
  gone: 'Disabled: it says it is gone',
  failing: 'Disabled: nothing arrived for days',
};

export function WebhookState({ webhook: { enabled, disabled_reason: reason } }: { webhook: Webhook }) {
  if (enabled) return <span className="badge badge-completed">Enabled</span>;
  const words = reason === null ? 'Disabled' : (REASONS[reason] ?? `Disabled: ${reason}`);
  return <span className={`badge ${reason === null ? 'badge-pending' : 'badge-failed'}`}>{words}</span>;
}
