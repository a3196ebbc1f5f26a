import { MINUTE_MS } from '../clock/durations';
import { ManualClock } from '../clock/manual.clock';
import { InMemoryRateLimitStorage } from './in-memory.rate-limit.storage';
import { rateLimitStorageContract } from './rate-limit.storage.contract';

rateLimitStorageContract(async () => {
  const clock = new ManualClock();
  return { storage: new InMemoryRateLimitStorage(clock), pass: (ms) => clock.advance(ms) };
});

describe('InMemoryRateLimitStorage', () => {
  let clock: ManualClock;
  let storage: InMemoryRateLimitStorage;
  beforeEach(() => {
    clock = new ManualClock();
    storage = new InMemoryRateLimitStorage(clock, 3);
  });
  afterEach(() => storage.onApplicationShutdown());

  const use = (key: string, cost?: number) => storage.increment(key, MINUTE_MS, 10, 0, 'test', cost);

  it('forgets the oldest rather than grow', async () => {
    for (const key of ['a', 'b', 'c', 'd']) await use(key, 10);
    expect(storage.size).toBe(3);
    expect((await use('b')).isBlocked).toBe(true);
    expect((await use('a')).isBlocked).toBe(false);
  });

  it('forgets what is over', async () => {
    await use('a');
    clock.advance(2 * MINUTE_MS);
    expect(storage.size).toBe(0);
  });
});
