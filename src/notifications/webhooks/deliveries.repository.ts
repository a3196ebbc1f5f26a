import { Injectable } from '@nestjs/common';
import { Database, type Queries } from '../../platform/database/database';
import type { Owner } from '../../platform/http/caller.decorator';
import { toPage, type Page } from '../../platform/http/page.dto';
import type { Delivery } from './webhook';
import type { WebhookDeliveryRow } from './webhooks.migrations';

/** What one try came to. */
export type DeliveryOutcome = Pick<
  Delivery,
  'status' | 'attempt' | 'dueAt' | 'triedAt' | 'responseStatus' | 'error'
>;

@Injectable()
export class DeliveriesRepository {
  constructor(private readonly database: Database) {}

  async insert(queries: Queries, delivery: Delivery): Promise<void> {
    await queries.insertInto('webhook_deliveries').values(toRow(delivery)).execute();
  }

  async find(owner: Owner, webhookId: string, deliveryId: string): Promise<Delivery | undefined> {
    const row = await this.database.committed
      .selectFrom('webhook_deliveries')
      .selectAll()
      .where('delivery_id', '=', deliveryId)
      .where('webhook_id', '=', webhookId)
      .where('owner', '=', owner)
      .executeTakeFirst();
    return row && toDelivery(row);
  }

  /** Newest first. */
  async list(
    owner: Owner,
    webhookId: string,
    { limit, cursor }: { readonly limit: number; readonly cursor?: string },
  ): Promise<Page<Delivery>> {
    let query = this.database.committed
      .selectFrom('webhook_deliveries')
      .selectAll()
      .where('webhook_id', '=', webhookId)
      .where('owner', '=', owner);
    if (cursor !== undefined) query = query.where('delivery_id', '<', cursor);
    const rows = await query
      .orderBy('delivery_id', 'desc')
      .limit(limit + 1)
      .execute();
    return toPage(rows.map(toDelivery), limit, ({ deliveryId }) => deliveryId);
  }

  /** Those of a destination that are due, the longest due first. */
  async due(destination: string, now: number, limit: number): Promise<Delivery[]> {
    const rows = await this.database.committed
      .selectFrom('webhook_deliveries')
      .selectAll()
      .where('destination', '=', destination)
      .where('due_at', '<=', now)
      .orderBy('due_at')
      .orderBy('delivery_id')
      .limit(limit)
      .execute();
    return rows.map(toDelivery);
  }

  /** When something of a destination is due; undefined for never. */
  async nextDue(queries: Queries, destination: string): Promise<number | undefined> {
    const row = await queries
      .selectFrom('webhook_deliveries')
      .select('due_at')
      .where('destination', '=', destination)
      .where('due_at', 'is not', null)
      .orderBy('due_at')
      .limit(1)
      .executeTakeFirst();
    return row?.due_at ?? undefined;
  }

  /** Unless it was settled meanwhile. */
  async record(queries: Queries, deliveryId: string, outcome: DeliveryOutcome): Promise<void> {
    const { status, attempt, dueAt, triedAt, responseStatus, error } = outcome;
    await queries
      .updateTable('webhook_deliveries')
      .set({ status, attempt, due_at: dueAt, tried_at: triedAt, response_status: responseStatus, error })
      .where('delivery_id', '=', deliveryId)
      .where('status', '=', 'pending')
      .execute();
  }

  /** To be sent again from the beginning. */
  async restart(queries: Queries, deliveryId: string, now: number): Promise<void> {
    await queries
      .updateTable('webhook_deliveries')
      .set({ status: 'pending', attempt: 0, due_at: now })
      .where('delivery_id', '=', deliveryId)
      .execute();
  }

  /** Gives up what waits for an endpoint. */
  async giveUp(queries: Queries, webhookId: string, error: string): Promise<void> {
    await queries
      .updateTable('webhook_deliveries')
      .set({ status: 'failed', due_at: null, error })
      .where('webhook_id', '=', webhookId)
      .where('status', '=', 'pending')
      .execute();
  }

  async removeAll(queries: Queries, owner: Owner): Promise<void> {
    await queries.deleteFrom('webhook_deliveries').where('owner', '=', owner).execute();
  }

  async prune(before: number): Promise<void> {
    await this.database.transaction((queries) =>
      queries
        .deleteFrom('webhook_deliveries')
        .where('created_at', '<', before)
        .where('status', '!=', 'pending')
        .execute(),
    );
  }
}

function toRow(delivery: Delivery): WebhookDeliveryRow {
  return {
    delivery_id: delivery.deliveryId,
    owner: delivery.owner,
    webhook_id: delivery.webhookId,
    url: delivery.url,
    destination: delivery.destination,
    event: delivery.event,
    payload: delivery.payload,
    status: delivery.status,
    attempt: delivery.attempt,
    due_at: delivery.dueAt,
    created_at: delivery.createdAt,
    tried_at: delivery.triedAt,
    response_status: delivery.responseStatus,
    error: delivery.error,
  };
}

function toDelivery(row: WebhookDeliveryRow): Delivery {
  return {
    deliveryId: row.delivery_id,
    owner: row.owner,
    webhookId: row.webhook_id,
    url: row.url,
    destination: row.destination,
    event: row.event,
    payload: row.payload,
    status: row.status,
    attempt: row.attempt,
    dueAt: row.due_at,
    createdAt: row.created_at,
    triedAt: row.tried_at,
    responseStatus: row.response_status,
    error: row.error,
  };
}
