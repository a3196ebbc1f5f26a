import { Logger } from '@nestjs/common';
import { once } from 'node:events';
import { IoredisConnections } from './ioredis.connections';
import { ready, RedisServer } from './redis-server.harness';

describe('IoredisConnections', () => {
  let server: RedisServer;
  let connections: IoredisConnections;
  let logged: string[];
  beforeEach(async () => {
    logged = [];
    Logger.overrideLogger({
      log: (message: string) => logged.push(message),
      warn: (message: string) => logged.push(message),
      error: (message: string) => logged.push(message),
    });
    server = await RedisServer.start();
    connections = new IoredisConnections(server.url, 'mill');
    await ready(connections.commands);
  });
  afterEach(async () => {
    connections.close();
    await server.remove();
    Logger.overrideLogger(false);
  });

  it('names things by the prefix', async () => {
    await connections.commands.set(connections.key('a', 'b'), 'x');
    expect(await server.keys()).toEqual(['mill:a:b']);
  });

  it('fails commands at once while Redis is away, and comes back by itself', async () => {
    await connections.ping();
    const lost = once(connections.commands, 'close');
    await server.stop();
    await lost;
    await expect(connections.ping()).rejects.toThrow(Error);
    await server.restart();
    await ready(connections.commands);
    await connections.ping();
    expect(logged).toEqual([
      'Redis does not answer: the connection was lost. The service goes on without it.',
      'Redis answers again.',
    ]);
  });

  it('does not wait for a Redis that says nothing', async () => {
    server.pause();
    await expect(connections.ping()).rejects.toThrow('timed out');
    server.resume();
  });

  it('subscribes to nothing by itself after a cut: a shutdown then would leave a promise unheard', async () => {
    const subscriber = connections.open('subscriptions');
    await subscriber.subscribe('channel');
    const back = [ready(subscriber), ready(connections.commands)];
    await server.cut();
    await Promise.all(back);
    await subscriber.ping(); // goes after what it would have asked by itself
    expect(await connections.commands.pubsub('NUMSUB', 'channel')).toEqual(['channel', 0]);

    await subscriber.subscribe('channel');
    const heard = once(subscriber, 'message');
    await connections.commands.publish('channel', 'news');
    expect(await heard).toEqual(['channel', 'news']);
  });

  it('lets commands that wait wait for Redis too', async () => {
    const blocking = connections.open('blocking');
    const taken = blocking.blpop('list', 0);
    await server.restart();
    await ready(connections.commands);
    await connections.commands.rpush('list', 'item');
    expect(await taken).toEqual(['list', 'item']);
  });

  it('closes all of them, also while Redis is away', async () => {
    const subscriber = connections.open('subscriptions');
    await ready(subscriber);
    const lost = [once(subscriber, 'close'), once(connections.commands, 'close')];
    await server.stop();
    await Promise.all(lost);
    connections.close();
    await expect(connections.ping()).rejects.toThrow(Error);
    expect(logged).toHaveLength(1); // of the loss
  });

  it('closes all of them, also while Redis says nothing', async () => {
    const [subscriber, blocking] = [connections.open('subscriptions'), connections.open('blocking')];
    await Promise.all([ready(subscriber), ready(blocking)]);
    const ended = Promise.all([once(subscriber, 'end'), once(blocking, 'end')]);
    const taken = blocking.blpop('list', 0);
    server.pause();
    connections.close();
    await expect(taken).rejects.toThrow('closed');
    await ended;
  });
});
