import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock';
import { Ids } from '../../platform/clock/ids';
import { Database, type Alongside } from '../../platform/database/database';
import type { Owner } from '../../platform/http/caller.decorator';
import type { Page } from '../../platform/http/page.dto';
import { OutboundHttp } from '../../platform/outbound/outbound-http';
import { OwnedData } from '../../platform/owners/owned-data';
import { TaskQueue } from '../../platform/tasks/task-queue';
import { DeliveriesRepository } from './deliveries.repository';
import { TEST_EVENT, type Delivery, type Webhook } from './webhook';
import { WebhookOutbox } from './webhook-outbox';
import { WebhookSecretsRepository } from './webhook-secrets.repository';
import { DeliveryNotFound, TooManyWebhooks, WebhookDisabled, WebhookNotFound } from './webhooks.errors';
import { WebhooksRepository, type WebhookChange } from './webhooks.repository';

const MOST_WEBHOOKS = 20;

/** An endpoint, and the secret that is shown once. */
export interface NewWebhook {
  readonly webhook: Webhook;
  readonly secret: string;
}

/** What owners do with their endpoints. */
@Injectable()
export class WebhooksService extends OwnedData {
  constructor(
    private readonly webhooks: WebhooksRepository,
    private readonly secrets: WebhookSecretsRepository,
    private readonly deliveries: DeliveriesRepository,
    private readonly outbox: WebhookOutbox,
    private readonly outbound: OutboundHttp,
    private readonly tasks: TaskQueue,
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {
    super();
  }

  /** A new endpoint and its secret. @throws UrlNotAllowed · TooManyWebhooks */
  async create(
    owner: Owner,
    wish: Pick<Webhook, 'url' | 'description' | 'events'>,
    alongside: Alongside<NewWebhook> = async () => {},
  ): Promise<NewWebhook> {
    const webhook: Webhook = {
      ...wish,
      webhookId: this.ids.next(),
      owner,
      url: this.outbound.checkUrl(wish.url).href,
      enabled: true,
      disabledReason: null,
      failingSince: null,
      createdAt: this.clock.now(),
    };
    return this.database.transaction(async (queries) => {
      const { length } = await this.webhooks.list(owner, queries);
      if (length >= MOST_WEBHOOKS) throw new TooManyWebhooks(MOST_WEBHOOKS);
      await this.webhooks.insert(queries, webhook);
      const secret = await this.secrets.rotate(queries, owner, webhook.webhookId, this.clock.now());
      await alongside(queries, { webhook, secret });
      return { webhook, secret };
    });
  }

  list(owner: Owner): Promise<Webhook[]> {
    return this.webhooks.list(owner);
  }

  /** @throws WebhookNotFound */
  async get(owner: Owner, webhookId: string): Promise<Webhook> {
    const webhook = await this.webhooks.find(owner, webhookId);
    if (!webhook) throw new WebhookNotFound(webhookId);
    return webhook;
  }

  /** @throws WebhookNotFound · UrlNotAllowed */
  async update(owner: Owner, webhookId: string, { url, ...change }: WebhookChange): Promise<Webhook> {
    const wanted = url === undefined ? change : { ...change, url: this.outbound.checkUrl(url).href };
    const webhook = await this.database.transaction((queries) =>
      this.webhooks.update(queries, owner, webhookId, wanted),
    );
    if (!webhook) throw new WebhookNotFound(webhookId);
    return webhook;
  }

  /** With its deliveries, also those that wait. @throws WebhookNotFound */
  async delete(owner: Owner, webhookId: string): Promise<void> {
    await this.database.transaction(async (queries) => {
      if (!(await this.webhooks.remove(queries, owner, webhookId))) throw new WebhookNotFound(webhookId);
      await this.secrets.removeOf(queries, webhookId);
    });
  }

  /** A new secret; the one before stays good for a day. @throws WebhookNotFound */
  async rotateSecret(owner: Owner, webhookId: string, alongside: Alongside<string>): Promise<string> {
    await this.get(owner, webhookId);
    return this.rotate(owner, webhookId, alongside);
  }

  /** The same of the secret by which callbacks of the owner's uploads are signed. */
  rotateCallbackSecret(owner: Owner, alongside: Alongside<string>): Promise<string> {
    return this.rotate(owner, owner, alongside);
  }

  /** @throws WebhookNotFound */
  async listDeliveries(
    owner: Owner,
    webhookId: string,
    page: { limit: number; cursor?: string },
  ): Promise<Page<Delivery>> {
    await this.get(owner, webhookId);
    return this.deliveries.list(owner, webhookId, page);
  }

  /** Sends a message again, as the same message. @throws WebhookNotFound · DeliveryNotFound · WebhookDisabled */
  async redeliver(owner: Owner, webhookId: string, deliveryId: string): Promise<Delivery> {
    await this.getEnabled(owner, webhookId);
    const delivery = await this.deliveries.find(owner, webhookId, deliveryId);
    if (!delivery) throw new DeliveryNotFound(deliveryId);
    await this.database.transaction(async (queries) => {
      await this.deliveries.restart(queries, deliveryId, this.clock.now());
      await this.outbox.wake(queries, owner, delivery.destination);
    });
    this.tasks.nudge();
    return { ...delivery, status: 'pending', attempt: 0, dueAt: this.clock.now() };
  }

  /** Sends a message of no consequence. @throws WebhookNotFound · WebhookDisabled */
  async test(owner: Owner, webhookId: string): Promise<Delivery> {
    const webhook = await this.getEnabled(owner, webhookId);
    const message = {
      event: TEST_EVENT,
      happenedAt: this.clock.now(),
      data: { webhook_id: webhookId },
    };
    const deliveryId = await this.database.transaction((queries) =>
      this.outbox.toWebhook(queries, webhook, message),
    );
    this.tasks.nudge();
    const delivery = await this.deliveries.find(owner, webhookId, deliveryId);
    if (!delivery) throw new DeliveryNotFound(deliveryId);
    return delivery;
  }

  override async deleteOwned(owner: Owner): Promise<void> {
    await this.database.transaction(async (queries) => {
      await this.deliveries.removeAll(queries, owner);
      await this.secrets.removeAll(queries, owner);
      await this.webhooks.removeAll(queries, owner);
    });
  }

  private async getEnabled(owner: Owner, webhookId: string): Promise<Webhook> {
    const webhook = await this.get(owner, webhookId);
    if (!webhook.enabled) throw new WebhookDisabled();
    return webhook;
  }

  private rotate(owner: Owner, holder: string, alongside: Alongside<string>): Promise<string> {
    return this.database.transaction(async (queries) => {
      const secret = await this.secrets.rotate(queries, owner, holder, this.clock.now());
      await alongside(queries, secret);
      return secret;
    });
  }
}
