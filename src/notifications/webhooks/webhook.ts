import type { JobState } from '../../jobs/job';
import type { Owner } from '../../platform/http/caller.decorator';

/** What endpoints can ask to be told of. */
export const WEBHOOK_EVENTS = ['job.completed', 'job.failed', 'job.cancelled'] as const;

export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];

/** What is sent on request, to see whether it arrives. */
export const TEST_EVENT = 'webhook.test';

/** The event of a job that has ended. */
export function eventOf(status: JobState): WebhookEvent | undefined {
  return WEBHOOK_EVENTS.find((event) => event === `job.${status}`);
}

/** Why the service stopped to deliver: the receiver said that it is gone, or nothing arrived for days. */
export type DisabledReason = 'gone' | 'failing';

/** Where an owner wants to be told of events. Times are milliseconds since the Unix epoch. */
export interface Webhook {
  readonly webhookId: string;
  readonly owner: Owner;
  readonly url: string;
  readonly description: string | null;
  /** Which events; all of them when empty. */
  readonly events: readonly WebhookEvent[];
  readonly enabled: boolean;
  /** Null while enabled, and when its owner disabled it. */
  readonly disabledReason: DisabledReason | null;
  /** Since when nothing has arrived; null when the last delivery did. */
  readonly failingSince: number | null;
  readonly createdAt: number;
}

export const DELIVERY_STATUSES = ['pending', 'delivered', 'failed'] as const;

export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** One message to one URL, for as long as it is kept. */
export interface Delivery {
  /** The `webhook-id`, the same at every try. */
  readonly deliveryId: string;
  readonly owner: Owner;
  /** Null for a callback of one upload. */
  readonly webhookId: string | null;
  /** Where a callback goes; null for an endpoint, whose URL is that of the day. */
  readonly url: string | null;
  /** Deliveries of one destination wait for each other, and for no others. */
  readonly destination: string;
  readonly event: string;
  /** The body, byte for byte the same at every try. */
  readonly payload: string;
  readonly status: DeliveryStatus;
  /** How often it was tried. */
  readonly attempt: number;
  /** When it is tried next; null when it is not. */
  readonly dueAt: number | null;
  readonly createdAt: number;
  readonly triedAt: number | null;
  /** What the receiver answered last; null when it did not. */
  readonly responseStatus: number | null;
  /** What went wrong last. */
  readonly error: string | null;
}
