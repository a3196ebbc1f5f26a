import type { SchemaModule } from 'kysely';
import type { Migrations } from '../../platform/database/database';
import type { DeliveryStatus, DisabledReason } from './webhook';

export interface WebhookRow {
  webhook_id: string;
  owner: string;
  url: string;
  description: string | null;
  /** Separated by spaces. */
  events: string;
  enabled: number;
  disabled_reason: DisabledReason | null;
  failing_since: number | null;
  created_at: number;
}

/** In clear: a signature cannot be made with a hash. */
export interface WebhookSecretRow {
  owner: string;
  /** The endpoint, or the owner for callbacks of uploads. */
  holder: string;
  secret: string;
  /** Null for the one that is valid until it is replaced. */
  valid_until: number | null;
}

export interface WebhookDeliveryRow {
  delivery_id: string;
  owner: string;
  webhook_id: string | null;
  url: string | null;
  destination: string;
  event: string;
  payload: string;
  status: DeliveryStatus;
  attempt: number;
  due_at: number | null;
  created_at: number;
  tried_at: number | null;
  response_status: number | null;
  error: string | null;
}

declare module '../../platform/database/database' {
  interface Tables {
    webhooks: WebhookRow;
    webhook_secrets: WebhookSecretRow;
    webhook_deliveries: WebhookDeliveryRow;
  }
}

export const webhookMigrations: Migrations = {
  '0028-webhooks': {
    async up(db) {
      await createWebhooks(db.schema);
      await createSecrets(db.schema);
      await createDeliveries(db.schema);
      await indexDeliveries(db.schema);
    },
  },
};

async function createWebhooks(schema: SchemaModule): Promise<void> {
  await schema
    .createTable('webhooks')
    .addColumn('webhook_id', 'text', (column) => column.primaryKey())
    .addColumn('owner', 'text', (column) => column.notNull())
    .addColumn('url', 'text', (column) => column.notNull())
    .addColumn('description', 'text')
    .addColumn('events', 'text', (column) => column.notNull())
    .addColumn('enabled', 'integer', (column) => column.notNull())
    .addColumn('disabled_reason', 'text')
    .addColumn('failing_since', 'bigint')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute();
  await schema.createIndex('webhooks_by_owner').on('webhooks').column('owner').execute();
}

async function createSecrets(schema: SchemaModule): Promise<void> {
  await schema
    .createTable('webhook_secrets')
    .addColumn('owner', 'text', (column) => column.notNull())
    .addColumn('holder', 'text', (column) => column.notNull())
    .addColumn('secret', 'text', (column) => column.notNull())
    .addColumn('valid_until', 'bigint')
    .addPrimaryKeyConstraint('webhook_secrets_key', ['holder', 'secret'])
    .execute();
}

async function createDeliveries(schema: SchemaModule): Promise<void> {
  await schema
    .createTable('webhook_deliveries')
    .addColumn('delivery_id', 'text', (column) => column.primaryKey())
    .addColumn('owner', 'text', (column) => column.notNull())
    .addColumn('webhook_id', 'text', (column) => column.references('webhooks.webhook_id').onDelete('cascade'))
    .addColumn('url', 'text')
    .addColumn('destination', 'text', (column) => column.notNull())
    .addColumn('event', 'text', (column) => column.notNull())
    .addColumn('payload', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('attempt', 'integer', (column) => column.notNull())
    .addColumn('due_at', 'bigint')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('tried_at', 'bigint')
    .addColumn('response_status', 'integer')
    .addColumn('error', 'text')
    .execute();
}

async function indexDeliveries(schema: SchemaModule): Promise<void> {
  await schema
    .createIndex('webhook_deliveries_due')
    .on('webhook_deliveries')
    .columns(['destination', 'due_at'])
    .where('due_at', 'is not', null)
    .execute();
  await schema
    .createIndex('webhook_deliveries_by_webhook')
    .on('webhook_deliveries')
    .columns(['webhook_id', 'delivery_id'])
    .execute();
  await schema.createIndex('webhook_deliveries_by_owner').on('webhook_deliveries').column('owner').execute();
  await schema
    .createIndex('webhook_deliveries_by_age')
    .on('webhook_deliveries')
    .column('created_at')
    .execute();
}
