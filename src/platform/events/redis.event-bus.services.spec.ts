import { Logger } from '@nestjs/common';
import { EventEmitter2, EventEmitterReadinessWatcher } from '@nestjs/event-emitter';
import type { Redis } from 'ioredis';
import { once } from 'node:events';
import { ManualClock } from '../clock/manual.clock';
import { IoredisConnections } from '../redis/ioredis.connections';
import type { RedisUse } from '../redis/redis.connections';
import { ready, RedisServer } from '../redis/redis-server.harness';
import { DomainEvent, type Notice } from './event-bus';
import { LOOK_MS, noticeOf, NOTICES_MISSED } from './notices';
import { RedisEventBus } from './redis.event-bus';

class Happened extends DomainEvent {
  override readonly type: string = 'happened';

  constructor(private readonly told: Notice | undefined) {
    super();
  }

  override get notice(): Notice | undefined {
    return this.told;
  }
}

class Ignored extends Happened {
  override readonly type = 'ignored';
}

/** Knows the connection that the bus listens on. */
class WatchedConnections extends IoredisConnections {
  subscriber?: Redis;

  override open(use: RedisUse): Redis {
    const redis = super.open(use);
    if (use === 'subscriptions') this.subscriber = redis;
    return redis;
  }
}

/** One instance with listeners, that has said that it hears. */
async function startInstance(url: string) {
  const clock = new ManualClock();
  const redis = new WatchedConnections(url, 'mill');
  const emitter = new EventEmitter2();
  const watcher = new EventEmitterReadinessWatcher();
  const bus = new RedisEventBus(emitter, watcher, redis, clock);
  bus.onApplicationBootstrap();
  const events: unknown[] = [];
  const notices: unknown[] = [];
  emitter.on('happened', (event) => events.push(event));
  emitter.on(noticeOf('happened'), (notice) => notices.push(notice));
  const hears = missed();
  watcher.setReady();
  await hears;

  /** Resolves when its listeners are told next that they may have missed something. */
  function missed(): Promise<unknown> {
    return new Promise((resolve) => emitter.once(NOTICES_MISSED, resolve));
  }
  const heard = async (count: number) => {
    while (notices.length < count)
      await new Promise((resolve) => emitter.once(noticeOf('happened'), resolve));
    return notices;
  };
  const onMissed = (listener: () => void) => emitter.on(NOTICES_MISSED, listener);
  const stop = () => {
    bus.onModuleDestroy();
    redis.close();
  };
  return { bus, clock, redis, events, notices, heard, missed, onMissed, stop };
}

describe('RedisEventBus', () => {
  beforeAll(() => Logger.overrideLogger(false));

  let server: RedisServer;
  let here: Awaited<ReturnType<typeof startInstance>>;
  let there: typeof here;
  beforeEach(async () => {
    server = await RedisServer.start();
    here = await startInstance(server.url);
    there = await startInstance(server.url);
  });
  afterEach(async () => {
    for (const { stop } of [here, there]) stop();
    await server.remove();
  });

  it('tells its own listeners the event, and others its notice, in order', async () => {
    const sent = Array.from({ length: 5 }, (_, number) => new Happened({ number }));
    here.bus.publish(sent[0]);
    expect(here.events).toEqual([sent[0]]);
    for (const event of sent.slice(1)) here.bus.publish(event);
    expect(await there.heard(5)).toEqual(sent.map(({ notice }) => notice));
    there.bus.publish(new Happened({ number: 5 }));
    expect(await here.heard(1)).toEqual([{ number: 5 }]);
    expect(there.events).toHaveLength(1);
  });

  it('keeps an event without a notice where it is', async () => {
    here.bus.publish(new Happened(undefined));
    here.bus.publish(new Happened({ number: 1 }));
    expect(await there.heard(1)).toEqual([{ number: 1 }]);
  });

  it('receives only what somebody listens for', async () => {
    here.bus.publish(new Ignored({ number: 1 }));
    const channels = await here.redis.commands.pubsub('CHANNELS');
    expect(channels).toEqual(expect.arrayContaining(['mill:events:happened', 'mill:events:lost']));
    expect(channels).toHaveLength(2);
  });

  it('says so when its own connection was lost, and hears again', async () => {
    const missed = there.missed();
    await server.restart();
    await missed;
    if (here.redis.commands.status !== 'ready') await ready(here.redis.commands);
    here.bus.publish(new Happened({ number: 1 }));
    expect(await there.heard(1)).toEqual([{ number: 1 }]);
  });

  it('says so again and again for as long as it hears nothing', async () => {
    await server.stop();
    await lost(there.redis.subscriber!);
    const told = jest.fn();
    there.onMissed(told);
    for (const times of [1, 2]) {
      there.clock.advance(LOOK_MS);
      expect(told).toHaveBeenCalledTimes(times);
    }
  });

  it('has others told of what it could not send', async () => {
    const closed = lost(here.redis.commands);
    await server.cut('normal');
    await closed;
    here.bus.publish(new Happened({ number: 1 }));
    await ready(here.redis.commands);
    const missed = there.missed();
    here.clock.advance(LOOK_MS);
    await missed;
    expect(there.notices).toEqual([]);
  });

  it('gives up a connection that died without a word', async () => {
    server.pause();
    there.clock.advance(LOOK_MS); // the ping that is not answered
    await lost(there.redis.subscriber!);
    const missed = there.missed();
    server.resume();
    await missed;
    here.bus.publish(new Happened({ number: 1 }));
    expect(await there.heard(1)).toEqual([{ number: 1 }]);
  });
});

async function lost(redis: Redis): Promise<void> {
  if (redis.status === 'ready') await once(redis, 'close');
}
