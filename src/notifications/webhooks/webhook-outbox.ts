import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { Clock } from '../../platform/clock/clock';
import { Ids } from '../../platform/clock/ids';
import type { Queries } from '../../platform/database/database';
import type { Owner } from '../../platform/http/caller.decorator';
import { TaskQueue } from '../../platform/tasks/task-queue';
import { DeliveriesRepository } from './deliveries.repository';
import type { Webhook } from './webhook';

/** Delivers what is due to one destination; the payload is a {@link DeliverWebhooks}. */
export const DELIVER_WEBHOOKS = 'deliver-webhooks';

export interface DeliverWebhooks {
  readonly destination: string;
}

/** What there is to tell. */
export interface Message {
  readonly event: string;
  /** When it happened, in milliseconds since the Unix epoch. */
  readonly happenedAt: number;
  readonly data: object;
}

/**
 * What is to be delivered. One task a destination does it, so that however many wait for a receiver, and however slow it
 * is, it takes up the place of one.
 */
@Injectable()
export class WebhookOutbox {
  constructor(
    private readonly deliveries: DeliveriesRepository,
    private readonly tasks: TaskQueue,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /** In the caller's transaction, as are the others. */
  toWebhook(queries: Queries, { owner, webhookId }: Webhook, message: Message): Promise<string> {
    const target = { webhookId, url: null, destination: webhookId };
    return this.add(queries, owner, target, message);
  }

  toCallback(queries: Queries, owner: Owner, url: string, message: Message): Promise<string> {
    const target = { webhookId: null, url, destination: destinationOf(owner, url) };
    return this.add(queries, owner, target, message);
  }

  /** Sees to it that what is due is delivered. */
  async wake(queries: Queries, owner: Owner, destination: string): Promise<void> {
    const payload: DeliverWebhooks = { destination };
    const id = `webhooks-${destination}`;
    await this.tasks.ensure(queries, { id, kind: DELIVER_WEBHOOKS, owner, payload });
  }

  private async add(
    queries: Queries,
    owner: Owner,
    target: { webhookId: string | null; url: string | null; destination: string },
    { event, happenedAt, data }: Message,
  ): Promise<string> {
    const now = this.clock.now();
    const deliveryId = this.ids.next();
    const timestamp = new Date(happenedAt).toISOString();
    await this.deliveries.insert(queries, {
      deliveryId,
      owner,
      ...target,
      event,
      payload: JSON.stringify({ type: event, timestamp, data }),
      status: 'pending',
      attempt: 0,
      dueAt: now,
      createdAt: now,
      triedAt: null,
      responseStatus: null,
      error: null,
    });
    await this.wake(queries, owner, target.destination);
    return deliveryId;
  }
}

/** Callbacks of one owner to one origin share a destination. */
function destinationOf(owner: Owner, url: string): string {
  return createHash('sha256')
    .update(`${owner} ${new URL(url).origin}`)
    .digest('hex')
    .slice(0, 32);
}
