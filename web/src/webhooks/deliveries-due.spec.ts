import type { WebhookDelivery } from '@filemill/sdk';
import { nextLookMs } from './deliveries-due';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const dueIn = (...seconds: (number | null)[]) =>
  seconds.map((of) => ({
    next_try_at: of === null ? null : new Date(NOW + of * 1000).toISOString(),
  })) as WebhookDelivery[];

describe('nextLookMs', () => {
  it.each([
    ['when the soonest is due', dueIn(null, 30, 20), 20_000],
    ['a moment later when it is due now', dueIn(0, 30), 2000],
    ['in a minute when nothing is due sooner', dueIn(3600), 60_000],
    ['in a minute when it should have gone long ago', dueIn(-3600), 60_000],
    ['not at all when nothing waits', dueIn(null), undefined],
  ])('is %s', (_, deliveries, ms) => expect(nextLookMs(deliveries, NOW)).toBe(ms));
});
