import type { Webhook } from '@filemill/sdk';
import type { Trouble } from '../api/problems';
import { FormField } from '../ui/form';
import type { WebhookEvent } from './use-webhooks';

const EVENTS: Record<WebhookEvent, string> = {
  'job.completed': 'A job is completed',
  'job.failed': 'A job failed',
  'job.cancelled': 'A job was cancelled',
};
const NAMES = Object.keys(EVENTS) as WebhookEvent[];

/** What can be said about an endpoint. @param webhook - as it is, when it is to be changed */
export function WebhookFields({ trouble, webhook }: { trouble: Trouble | undefined; webhook?: Webhook }) {
  return (
    <>
      <FormField
        label="Address"
        name="url"
        type="url"
        placeholder="https://…"
        maxLength={2048}
        defaultValue={webhook?.url}
        required
        trouble={trouble}
      />
      <FormField
        label="Description"
        name="description"
        maxLength={200}
        hint="If you like"
        defaultValue={webhook?.description ?? undefined}
        trouble={trouble}
      />
      <fieldset className="choices">
        <legend className="field-label">Events</legend>
        {NAMES.map((name) => (
          <label key={name} className="check">
            <input type="checkbox" name={name} defaultChecked={webhook?.event_types.includes(name)} />
            {EVENTS[name]}
          </label>
        ))}
        <span className="field-hint muted">All of them, also those to come, when none is chosen</span>
      </fieldset>
    </>
  );
}

/** What the fields say, as the API takes it. */
export function readWebhookFields({
  url = '',
  description = '',
  ...others
}: Readonly<Record<string, string>>) {
  return { url, description, event_types: NAMES.filter((name) => name in others) };
}

export function eventsInWords({ event_types: events }: Webhook): string {
  return events.length === 0 ? 'all' : events.map((event) => event.replace('job.', '')).join(', ');
}
