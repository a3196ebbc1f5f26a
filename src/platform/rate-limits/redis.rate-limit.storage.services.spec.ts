import { Logger } from '@nestjs/common';
import { ManualClock } from '../clock/manual.clock';
import { IoredisConnections } from '../redis/ioredis.connections';
import { ready, RedisServer } from '../redis/redis-server.harness';
import { InMemoryRateLimitStorage } from './in-memory.rate-limit.storage';
import { rateLimitStorageContract } from './rate-limit.storage.contract';
import { RedisRateLimitStorage } from './redis.rate-limit.storage';

describe('RedisRateLimitStorage', () => {
  let server: RedisServer;
  let clock: ManualClock;
  const connections: IoredisConnections[] = [];
  beforeAll(async () => {
    Logger.overrideLogger(false);
    server = await RedisServer.start();
  });
  afterEach(async () => {
    for (const each of connections.splice(0)) each.close();
    await server.flush();
  });
  afterAll(() => server.remove());

  async function create() {
    clock = new ManualClock();
    const redis = new IoredisConnections(server.url, 'mill');
    connections.push(redis);
    await ready(redis.commands);
    const storage = new RedisRateLimitStorage(redis, new InMemoryRateLimitStorage(clock), clock);
    return { redis, storage };
  }
  const use = (storage: RedisRateLimitStorage) => storage.increment('a', 60_000, 2, 0, 'test');

  rateLimitStorageContract(async () => {
    const { redis, storage } = await create();
    return { storage, pass: (ms) => age(redis, ms) };
  });

  it('counts for all instances together', async () => {
    const [here, there] = [await create(), await create()];
    await use(here.storage);
    await use(there.storage);
    expect((await use(here.storage)).isBlocked).toBe(true);
  });

  it('forgets what is over', async () => {
    const { redis, storage } = await create();
    await use(storage);
    expect(await server.keys()).toEqual(['mill:limits:a']);
    await age(redis, 60_000);
    expect(await server.keys()).toEqual([]);
  });

  it('counts alone while Redis is away, says so once, and comes back', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn');
    const { redis, storage } = await create();
    await use(storage);
    await server.stop();
    for (const isBlocked of [false, false, true]) expect(await use(storage)).toMatchObject({ isBlocked });
    clock.advance(1_000);
    expect((await use(storage)).isBlocked).toBe(true);
    const warnings = warn.mock.calls.map(([message]) => String(message));
    expect(warnings.filter((text) => text.startsWith('Rate limits'))).toHaveLength(1);
    const back = ready(redis.commands);
    await server.restart();
    await back;
    clock.advance(1_000);
    expect(await use(storage)).toMatchObject({ isBlocked: false, totalHits: 1 });
  });
});

/** Brings the end of every window nearer. */
async function age({ commands }: IoredisConnections, ms: number): Promise<void> {
  for (const key of await commands.keys('*')) await commands.pexpire(key, (await commands.pttl(key)) - ms);
}
