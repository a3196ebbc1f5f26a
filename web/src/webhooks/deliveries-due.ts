import type { WebhookDelivery } from '@filemill/sdk';

const SOONEST_MS = 2000;
const LATEST_MS = 60_000;

/**
 * When messages are worth another look: soon after the next one is due. One that is overdue for long is not in a
 * hurry. Undefined when nothing waits.
 */
export function nextLookMs(deliveries: readonly WebhookDelivery[], now: number): number | undefined {
  const waits = deliveries.flatMap(({ next_try_at: at }) => (at === null ? [] : Date.parse(at) - now));
  if (waits.length === 0) return undefined;
  const looks = waits.map((ms) => (ms < -LATEST_MS ? LATEST_MS : Math.max(SOONEST_MS, ms)));
  return Math.min(LATEST_MS, ...looks);
}
