import { Injectable } from '@nestjs/common';
import { Database, type Queries } from '../../platform/database/database';
import type { Owner } from '../../platform/http/caller.decorator';
import type { DisabledReason, Webhook, WebhookEvent } from './webhook';
import type { WebhookRow } from './webhooks.migrations';

/** What an owner may change. */
export type WebhookChange = Partial<Pick<Webhook, 'url' | 'description' | 'events' | 'enabled'>>;

@Injectable()
export class WebhooksRepository {
  constructor(private readonly database: Database) {}

  async insert(queries: Queries, webhook: Webhook): Promise<void> {
    await queries.insertInto('webhooks').values(toRow(webhook)).execute();
  }

  async find(
    owner: Owner,
    webhookId: string,
    queries: Queries = this.database.committed,
  ): Promise<Webhook | undefined> {
    const row = await queries
      .selectFrom('webhooks')
      .selectAll()
      .where('webhook_id', '=', webhookId)
      .where('owner', '=', owner)
      .executeTakeFirst();
    return row && toWebhook(row);
  }

  /** Newest first. There are few: an owner has a limited number. */
  async list(owner: Owner, queries: Queries = this.database.committed): Promise<Webhook[]> {
    const rows = await queries
      .selectFrom('webhooks')
      .selectAll()
      .where('owner', '=', owner)
      .orderBy('webhook_id', 'desc')
      .execute();
    return rows.map(toWebhook);
  }

  /** Enabling it again forgets why it was disabled. */
  async update(
    queries: Queries,
    owner: Owner,
    webhookId: string,
    { enabled, events, ...change }: WebhookChange,
  ): Promise<Webhook | undefined> {
    const row = await queries
      .updateTable('webhooks')
      .set({
        ...change,
        webhook_id: webhookId,
        ...(events && { events: events.join(' ') }),
        ...(enabled !== undefined && { enabled: enabled ? 1 : 0 }),
        ...(enabled === true && { disabled_reason: null, failing_since: null }),
      })
      .where('webhook_id', '=', webhookId)
      .where('owner', '=', owner)
      .returningAll()
      .executeTakeFirst();
    return row && toWebhook(row);
  }

  async disable(queries: Queries, webhookId: string, reason: DisabledReason): Promise<void> {
    await queries
      .updateTable('webhooks')
      .set({ enabled: 0, disabled_reason: reason })
      .where('webhook_id', '=', webhookId)
      .execute();
  }

  /** Notes since when nothing arrives; null when something did. */
  async setFailingSince(queries: Queries, webhookId: string, since: number | null): Promise<void> {
    await queries
      .updateTable('webhooks')
      .set({ failing_since: since })
      .where('webhook_id', '=', webhookId)
      .execute();
  }

  /** @returns whether there was such an endpoint of the owner */
  async remove(queries: Queries, owner: Owner, webhookId: string): Promise<boolean> {
    const { numDeletedRows } = await queries
      .deleteFrom('webhooks')
      .where('webhook_id', '=', webhookId)
      .where('owner', '=', owner)
      .executeTakeFirst();
    return numDeletedRows > 0n;
  }

  async removeAll(queries: Queries, owner: Owner): Promise<void> {
    await queries.deleteFrom('webhooks').where('owner', '=', owner).execute();
  }
}

function toRow(webhook: Webhook): WebhookRow {
  return {
    webhook_id: webhook.webhookId,
    owner: webhook.owner,
    url: webhook.url,
    description: webhook.description,
    events: webhook.events.join(' '),
    enabled: webhook.enabled ? 1 : 0,
    disabled_reason: webhook.disabledReason,
    failing_since: webhook.failingSince,
    created_at: webhook.createdAt,
  };
}

function toWebhook(row: WebhookRow): Webhook {
  return {
    webhookId: row.webhook_id,
    owner: row.owner,
    url: row.url,
    description: row.description,
    events: row.events.split(' ').filter(Boolean) as WebhookEvent[],
    enabled: row.enabled === 1,
    disabledReason: row.disabled_reason,
    failingSince: row.failing_since,
    createdAt: row.created_at,
  };
}
