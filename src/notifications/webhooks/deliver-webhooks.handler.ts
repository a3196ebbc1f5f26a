import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock';
import { HOUR_MS, MINUTE_MS } from '../../platform/clock/durations';
import { Database, type Queries } from '../../platform/database/database';
import { scheduledMs } from '../../platform/tasks/backoff';
import { TaskHandler, type RunningTask } from '../../platform/tasks/task-handler';
import { DeliveriesRepository, type DeliveryOutcome } from './deliveries.repository';
import type { Delivery, Webhook } from './webhook';
import { DELIVER_WEBHOOKS, type DeliverWebhooks } from './webhook-outbox';
import { WebhookSecretsRepository } from './webhook-secrets.repository';
import { WebhookSender, type Reception } from './webhook-sender';
import { WebhooksRepository } from './webhooks.repository';

/** Messages under way to one receiver at the same time. */
const AT_ONCE = 8;

/** As Standard Webhooks proposes: three days in all. */
const PAUSES_MS = [
  5_000,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
];

/** An endpoint to which nothing has come for so long is disabled. */
const FAILING_MS = 5 * 24 * HOUR_MS;

const DISABLED = 'The webhook is disabled.';

/** Where a message goes, and how it is signed. */
interface Target {
  readonly url: string;
  readonly secrets: readonly string[];
  /** Null for a callback. */
  readonly webhook: Webhook | null;
}

/**
 * Delivers what is due to one destination, and comes again when the next is. A run takes one batch, so that
 * destinations take turns.
 */
@Injectable()
export class DeliverWebhooksHandler extends TaskHandler<DeliverWebhooks> {
  override readonly kind = DELIVER_WEBHOOKS;
  override readonly concurrency = 32;
  override readonly maxAttempts = Infinity; // deliveries have attempts of their own
  private readonly logger = new Logger(DeliverWebhooksHandler.name);

  constructor(
    private readonly deliveries: DeliveriesRepository,
    private readonly webhooks: WebhooksRepository,
    private readonly secrets: WebhookSecretsRepository,
    private readonly sender: WebhookSender,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {
    super();
  }

  override async run(task: RunningTask<DeliverWebhooks>): Promise<void> {
    const { destination } = task.payload;
    const due = await this.deliveries.due(destination, this.clock.now(), AT_ONCE);
    const ends = await Promise.allSettled(due.map((delivery) => this.deliver(task, delivery)));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
    await this.database.transaction(async (queries) => {
      await task.hold(queries); // who adds a delivery from here on finds no task, or has added it before
      const next = await this.deliveries.nextDue(queries, destination);
      await (next === undefined ? task.complete(queries) : task.again(queries, next));
    });
  }

  private async deliver(task: RunningTask, delivery: Delivery): Promise<void> {
    const target = await this.targetOf(delivery);
    const reception = target && (await this.sender.send(delivery, target.url, target.secrets, task.signal));
    await this.database.transaction(async (queries) => {
      await task.hold(queries);
      if (!reception) return this.deliveries.record(queries, delivery.deliveryId, this.refused(delivery));
      await this.deliveries.record(queries, delivery.deliveryId, this.outcome(delivery, reception));
      if (target.webhook) await this.noteHealth(queries, target.webhook, reception);
    });
  }

  /** Undefined when nothing is to go there. */
  private async targetOf({ owner, webhookId, url }: Delivery): Promise<Target | undefined> {
    const now = this.clock.now();
    if (webhookId === null)
      return { url: url ?? '', secrets: await this.secrets.valid(owner, owner, now), webhook: null };
    const webhook = await this.webhooks.find(owner, webhookId);
    if (!webhook?.enabled) return undefined;
    return { url: webhook.url, secrets: await this.secrets.valid(owner, webhookId, now), webhook };
  }

  private outcome({ attempt: before }: Delivery, reception: Reception): DeliveryOutcome {
    const now = this.clock.now();
    const attempt = before + 1;
    const { arrived, gone, status: responseStatus, error, pauseMs } = reception;
    const tried = { attempt, triedAt: now, responseStatus, error };
    if (arrived) return { ...tried, status: 'delivered', dueAt: null };
    if (gone || attempt > PAUSES_MS.length) return { ...tried, status: 'failed', dueAt: null };
    const pause = Math.max(scheduledMs(PAUSES_MS, attempt, Math.random()), pauseMs);
    return { ...tried, status: 'pending', dueAt: now + pause };
  }

  private refused({ attempt, triedAt, responseStatus }: Delivery): DeliveryOutcome {
    return { attempt, triedAt, responseStatus, status: 'failed', dueAt: null, error: DISABLED };
  }

  /** An endpoint that is gone, or to which nothing has come for days, is left alone. */
  private async noteHealth(queries: Queries, webhook: Webhook, { arrived, gone }: Reception): Promise<void> {
    const { webhookId, failingSince } = webhook;
    const now = this.clock.now();
    const isFailing = failingSince !== null && now - failingSince >= FAILING_MS;
    if (arrived) {
      if (failingSince !== null) await this.webhooks.setFailingSince(queries, webhookId, null);
    } else if (gone || isFailing) {
      await this.webhooks.disable(queries, webhookId, gone ? 'gone' : 'failing');
      await this.deliveries.giveUp(queries, webhookId, DISABLED);
      this.logger.warn(`Webhook ${webhookId} is disabled: it is ${gone ? 'gone' : 'failing for days'}`);
    } else if (failingSince === null) await this.webhooks.setFailingSince(queries, webhookId, now);
  }
}
