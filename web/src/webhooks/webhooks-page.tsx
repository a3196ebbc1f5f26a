import type { NewWebhook, Webhook } from '@filemill/sdk';
import { useState } from 'react';
import { filemill } from '../api/client';
import { hrefOfWebhook } from '../shell/route';
import { usePageTitle } from '../shell/use-route';
import { Ago } from '../ui/ago';
import { Form } from '../ui/form';
import { SecretNotice } from '../ui/secret-notice';
import { Empty, ErrorNotice, Loading } from '../ui/states';
import { CallbackSecret } from './callback-secret';
import { refreshWebhooks, useWebhooks } from './use-webhooks';
import { eventsInWords, readWebhookFields, WebhookFields } from './webhook-fields';
import { WebhookState } from './webhook-state';

/** Where programs of the reader are told of the end of jobs. */
export function WebhooksPage() {
  const heading = usePageTitle('Webhooks');
  const { data: webhooks, error, refetch } = useWebhooks();
  const [made, setMade] = useState<NewWebhook>();
  return (
    <div className="stack">
      <h1 ref={heading} tabIndex={-1}>
        Webhooks
      </h1>
      <p className="lead">
        Jobs that have ended are posted to these addresses, signed as Standard Webhooks has it, and tried
        again for three days when nobody answers.
      </p>
      {made && <SecretNotice title={`The secret of ${made.url}.`} secret={made.secret} label="Copy secret" />}
      <section className="card" aria-labelledby="endpoints-title">
        <h2 id="endpoints-title">Endpoints</h2>
        {error && <ErrorNotice error={error} onRetry={() => void refetch()} />}
        {!webhooks && !error && <Loading label="Loading the endpoints" />}
        {webhooks?.length === 0 && <Empty title="No endpoints yet">Make one below.</Empty>}
        {webhooks && webhooks.length > 0 && <WebhookTable webhooks={webhooks} />}
      </section>
      <div className="columns">
        <NewEndpoint onMade={setMade} />
        <CallbackSecret />
      </div>
    </div>
  );
}

function NewEndpoint({ onMade }: { onMade: (made: NewWebhook) => void }) {
  const make = async (fields: Readonly<Record<string, string>>) => {
    onMade(await filemill.createWebhook({ body: readWebhookFields(fields) }));
    await refreshWebhooks();
  };
  return (
    <section className="card" aria-labelledby="new-endpoint-title">
      <h2 id="new-endpoint-title">New endpoint</h2>
      <Form label="New endpoint" submit="Make an endpoint" onSend={make}>
        {(trouble) => <WebhookFields trouble={trouble} />}
      </Form>
    </section>
  );
}

function WebhookTable({ webhooks }: { webhooks: readonly Webhook[] }) {
  return (
    <div className="scroll-x" tabIndex={0} role="region" aria-label="Endpoints, as a table">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Address</th>
            <th scope="col">State</th>
            <th scope="col">Events</th>
            <th scope="col">Since</th>
          </tr>
        </thead>
        <tbody>
          {webhooks.map((webhook) => (
            <tr key={webhook.webhook_id}>
              <td className="address">
                <a href={hrefOfWebhook(webhook.webhook_id)}>{webhook.url}</a>
                {webhook.description && <p className="muted">{webhook.description}</p>}
              </td>
              <td>
                <WebhookState webhook={webhook} />
              </td>
              <td className="muted">{eventsInWords(webhook)}</td>
              <td className="muted nowrap">
                <Ago at={webhook.created_at} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
