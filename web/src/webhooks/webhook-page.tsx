import type { Webhook } from '@filemill/sdk';
import { useState } from 'react';
import { filemill } from '../api/client';
import { hasCode } from '../api/problems';
import { usePageTitle } from '../shell/use-route';
import { ConfirmButton } from '../ui/confirm-button';
import { Form } from '../ui/form';
import { Icon } from '../ui/icon';
import { SecretNotice } from '../ui/secret-notice';
import { Empty, ErrorNotice, Loading } from '../ui/states';
import { showToast, showTrouble } from '../ui/toasts';
import { Deliveries } from './deliveries';
import { refreshWebhooks, useWebhook } from './use-webhooks';
import { eventsInWords, readWebhookFields, WebhookFields } from './webhook-fields';
import { WebhookState } from './webhook-state';

/** An endpoint: what it is told of, and what was sent to it. */
export function WebhookPage({ webhookId }: { webhookId: string }) {
  const { data: webhook, error, refetch } = useWebhook(webhookId);
  const title = webhook?.description || webhook?.url || 'Webhook';
  const heading = usePageTitle(title);
  return (
    <article className="stack">
      <a className="back" href="#/webhooks">
        <Icon name="back" /> All webhooks
      </a>
      <div className="section-head">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {webhook && <WebhookState webhook={webhook} />}
      </div>
      {!webhook && !error && <Loading lines={6} label="Loading the webhook" />}
      {error &&
        (hasCode(error, 'webhook_not_found') ? (
          <Empty title="There is no such webhook">
            It was deleted, or it belongs to somebody else. <a href="#/webhooks">See your webhooks</a>
          </Empty>
        ) : (
          <ErrorNotice error={error} onRetry={() => void refetch()} />
        ))}
      {webhook && !error && (
        <>
          <p className="muted">
            {webhook.url} · events: {eventsInWords(webhook)}
          </p>
          <WebhookActions webhook={webhook} />
          <Change
            key={JSON.stringify([webhook.url, webhook.description, webhook.event_types])}
            webhook={webhook}
          />
          <Deliveries webhook={webhook} />
        </>
      )}
    </article>
  );
}

function WebhookActions({ webhook }: { webhook: Webhook }) {
  const path = { webhook_id: webhook.webhook_id };
  const [secret, setSecret] = useState<string>();
  const act = async (action: () => Promise<unknown>) => {
    try {
      await action();
      await refreshWebhooks();
    } catch (error) {
      showTrouble(error);
    }
  };
  const rotate = async () => setSecret((await filemill.rotateWebhookSecret({ path })).secret);
  const remove = async () => {
    await filemill.deleteWebhook({ path });
    showToast({ text: `Nothing is sent to ${webhook.url} any more.` });
    window.location.hash = '#/webhooks';
  };
  const { enabled } = webhook;
  return (
    <>
      {secret !== undefined && (
        <SecretNotice
          title="The new secret. The one before is good for 24 hours more."
          secret={secret}
          label="Copy secret"
        />
      )}
      <div className="button-row">
        {enabled && (
          <button
            type="button"
            className="button"
            onClick={() => void act(() => filemill.testWebhook({ path }))}
          >
            Send a test
          </button>
        )}
        <button
          type="button"
          className="button"
          onClick={() => void act(() => filemill.updateWebhook({ path, body: { enabled: !enabled } }))}
        >
          {enabled ? 'Disable' : 'Enable'}
        </button>
        <button type="button" className="button" onClick={() => void act(rotate)}>
          New secret
        </button>
        <ConfirmButton label="Delete" question="Delete for good?" onConfirm={() => void act(remove)} />
      </div>
    </>
  );
}

function Change({ webhook }: { webhook: Webhook }) {
  const change = async (fields: Readonly<Record<string, string>>) => {
    const path = { webhook_id: webhook.webhook_id };
    await filemill.updateWebhook({ path, body: readWebhookFields(fields) });
    showToast({ text: 'The endpoint is changed.' });
    await refreshWebhooks();
  };
  return (
    <details className="card raw">
      <summary>
        <h2>Change the endpoint</h2>
      </summary>
      <Form label="Change the endpoint" submit="Save" onSend={change}>
        {(trouble) => <WebhookFields trouble={trouble} webhook={webhook} />}
      </Form>
    </details>
  );
}
