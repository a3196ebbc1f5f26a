import type { Webhook, WebhookDelivery } from '@filemill/sdk';
import { filemill } from '../api/client';
import { Ago } from '../ui/ago';
import { formatTime } from '../ui/format';
import { Icon } from '../ui/icon';
import { More } from '../ui/more';
import { Empty, ErrorNotice, Loading } from '../ui/states';
import { showTrouble } from '../ui/toasts';
import { refreshWebhooks, useDeliveries } from './use-webhooks';

/** What was sent to an endpoint, and what became of it. */
export function Deliveries({ webhook }: { webhook: Webhook }) {
  const deliveries = useDeliveries(webhook);
  const shown = deliveries.data?.pages.flatMap(({ items }) => items);
  return (
    <section className="card" aria-labelledby="deliveries-title">
      <h2 id="deliveries-title">Deliveries</h2>
      {deliveries.isPending && <Loading label="Loading the deliveries" />}
      {deliveries.isError && (
        <ErrorNotice error={deliveries.error} onRetry={() => void deliveries.refetch()} />
      )}
      {shown?.length === 0 && (
        <Empty title="Nothing was sent yet">Send a test, or hand in a file, and see it arrive.</Empty>
      )}
      {shown && shown.length > 0 && <DeliveryTable webhook={webhook} deliveries={shown} />}
      <More
        hasMore={deliveries.hasNextPage}
        isLoading={deliveries.isFetchingNextPage}
        onMore={() => void deliveries.fetchNextPage()}
      />
    </section>
  );
}

function DeliveryTable({
  webhook,
  deliveries,
}: {
  webhook: Webhook;
  deliveries: readonly WebhookDelivery[];
}) {
  return (
    <div className="scroll-x" tabIndex={0} role="region" aria-label="Deliveries, as a table">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Event</th>
            <th scope="col">State</th>
            <th scope="col">Answer</th>
            <th scope="col" className="numeric">
              Tries
            </th>
            <th scope="col">Last try</th>
            <th scope="col">
              <span className="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {deliveries.map((delivery) => (
            <DeliveryRow key={delivery.delivery_id} webhook={webhook} delivery={delivery} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

const STATES = {
  pending: ['Waiting', 'badge-pending'],
  delivered: ['Delivered', 'badge-completed'],
  failed: ['Failed', 'badge-failed'],
} as const;

function DeliveryRow({ webhook, delivery }: { webhook: Webhook; delivery: WebhookDelivery }) {
  const { event_type: event, status, attempt, response_status: answer, error, tried_at: triedAt } = delivery;
  const [words, badge] = STATES[status];
  const again = async () => {
    const path = { webhook_id: webhook.webhook_id, delivery_id: delivery.delivery_id };
    try {
      await filemill.redeliver({ path });
      await refreshWebhooks();
    } catch (thrown) {
      showTrouble(thrown);
    }
  };
  return (
    <tr>
      <td>{event}</td>
      <td>
        <span className={`badge ${badge}`}>{words}</span>
      </td>
      <td className="delivery-answer">
        {error ?? answer ?? '–'}
        {delivery.next_try_at !== null && attempt > 0 && (
          <p className="muted">Next try {formatTime(delivery.next_try_at)}</p>
        )}
      </td>
      <td className="numeric">{attempt}</td>
      <td className="muted nowrap">{triedAt === null ? '–' : <Ago at={triedAt} />}</td>
      <td className="numeric">
        {(status !== 'pending' || attempt > 0) && (
          <button type="button" className="button button-small" onClick={() => void again()}>
            <Icon name="retry" /> {status === 'pending' ? 'Send now' : 'Send again'}
          </button>
        )}
      </td>
    </tr>
  );
}
