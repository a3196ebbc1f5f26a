import { sql } from 'kysely';
import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { Ids } from '../../clock/ids';
import { ManualClock } from '../../clock/manual.clock';
import { TestDatabase } from '../../database/databases.harness';
import { IoredisConnections } from '../../redis/ioredis.connections';
import { ready, RedisServer } from '../../redis/redis-server.harness';
import { gate, ScriptedHandler } from '../scripted-handler.contract';
import type { TaskQueue } from '../task-queue';
import { taskQueueContract, type TaskQueueHarness } from '../task-queue.contract';
import { taskMigrations } from '../tasks.migrations';
import { TasksRepository } from '../tasks.repository';
import { BullTaskQueue } from './bull.task-queue';

const LEASE_MS = 30_000;
const SCAN_MS = 1_000;
/** The key of a task in Redis. */
const TICKET = /\.\d+\.\d+\.\d+$/;
let server: RedisServer;
const cleanUps: (() => Promise<void> | void)[] = [];

beforeAll(async () => {
  server = await RedisServer.start();
});
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});
afterAll(() => server.remove());

interface Harness extends TaskQueueHarness {
  createQueue(): BullTaskQueue;
  /** One that is connected to Redis. */
  connectedQueue(): Promise<BullTaskQueue>;
}

async function create(): Promise<Harness> {
  const tests = await TestDatabase.create();
  cleanUps.push(() => tests.remove());
  const database = await tests.open(taskMigrations);
  const clock = new ManualClock();
  const prefix = randomUUID();
  const options = { leaseMs: LEASE_MS, random: () => 0.5 };
  const connect = () => {
    const redis = new IoredisConnections(server.url, prefix);
    cleanUps.push(() => redis.close());
    return redis;
  };
  const queueOn = (redis: IoredisConnections) =>
    new BullTaskQueue(redis, database, new TasksRepository(), clock, new Ids(clock), options);
  const connectedQueue = async () => {
    const redis = connect();
    await ready(redis.commands);
    return queueOn(redis);
  };
  const handedOn = async (queue: TaskQueue) => {
    for (;;) {
      const { queued, running } = await queue.counts();
      const tickets = (await server.keys()).filter((key) => key.startsWith(prefix) && TICKET.test(key));
      if (tickets.length >= queued + running) return;
    }
  };
  return {
    database,
    clock,
    createQueue: () => queueOn(connect()),
    connectedQueue,
    handedOn,
    leaseMs: LEASE_MS,
  };
}

taskQueueContract(create);

describe('BullTaskQueue', () => {
  let harness: Harness;
  /** Of a process that adds tasks and takes none. */
  let api: BullTaskQueue;
  const started: BullTaskQueue[] = [];

  beforeEach(async () => {
    await server.restart();
    harness = await create();
    api = await harness.connectedQueue();
    started.push(api);
  });
  afterEach(() => Promise.all(started.splice(0).map((queue) => queue.drain(0))));

  const ids = (count: number) => Array.from({ length: count }, (_, index) => `task-${index}`);
  async function add(names: readonly string[]) {
    await harness.database.transaction(async (queries) => {
      for (const id of names) await api.enqueue(queries, { id, kind: 'scripted', payload: id });
    });
    api.nudge();
  }
  async function startWorker(handler: ScriptedHandler) {
    const queue = await harness.connectedQueue();
    started.push(queue);
    await queue.start([handler]);
    return queue;
  }
  const tickets = async () => (await server.keys()).filter((key) => key.includes('task-'));
  async function until(condition: () => Promise<boolean>) {
    while (!(await condition())) await setImmediate();
  }
  const allDone = () => until(async () => (await api.counts()).queued + (await api.counts()).running === 0);
  const each = (handler: ScriptedHandler) => handler.runs.map(({ id }) => id).toSorted();

  it('hands a task from one process to another at once', async () => {
    const handler = new ScriptedHandler(async () => {});
    await startWorker(handler);
    await add(['task-a']); // the clock stands still: nobody scans
    await handler.ran(1);
    await allDone();
    expect(each(handler)).toEqual(['task-a']);
  });

  it('keeps little in Redis, however much waits, and runs it all, each once', async () => {
    const names = ids(1000);
    await add(names);
    await until(async () => (await tickets()).length > 0);
    expect((await tickets()).length).toBeLessThanOrEqual(256);
    const handlers = [new ScriptedHandler(async () => {}), new ScriptedHandler(async () => {})];
    for (const handler of handlers) await startWorker(handler);
    await allDone();
    expect(handlers.flatMap(each).toSorted()).toEqual(names.toSorted());
    await until(async () => (await tickets()).length === 0);
  });

  it.each([
    ['is emptied', () => server.flush()],
    ['is started again, empty', () => server.restart()],
  ])('loses nothing when Redis %s', async (_, lose) => {
    const { open, opened } = gate();
    const handler = new ScriptedHandler(() => opened);
    await startWorker(handler);
    const names = ids(20);
    await add(names);
    await handler.ran(2);
    await until(async () => (await tickets()).length >= 20);
    await lose();
    open();
    await until(async () => {
      harness.clock.advance(SCAN_MS);
      await setImmediate();
      return (await api.counts()).queued === 0;
    });
    await allDone();
    expect(each(handler)).toEqual(names.toSorted());
  });

  it('takes tasks while Redis is away, and workers run them by the table', async () => {
    const handler = new ScriptedHandler(async () => {});
    await startWorker(handler);
    await server.stop();
    const names = ids(20);
    await add(names);
    harness.clock.advance(SCAN_MS);
    await handler.ran(20);
    await allDone();
    expect(each(handler)).toEqual(names.toSorted());

    await server.restart();
    await add(['task-later']);
    await until(async () => {
      harness.clock.advance(SCAN_MS);
      await setImmediate();
      return handler.runs.length === 21;
    });
  });

  it('takes a task in whose row somebody writes at that very moment', async () => {
    await add(['task-a']);
    await until(async () => (await tickets()).length > 0);
    const { open, opened } = gate();
    const { open: wrote, opened: written } = gate();
    const writing = harness.database.transaction(async (queries) => {
      await queries.updateTable('tasks').set({ payload: '"task-a"' }).where('id', '=', 'task-a').execute();
      wrote();
      await opened;
    });
    await written;
    const handler = new ScriptedHandler(async () => {});
    await startWorker(handler);
    const waits = sql<{ waits: boolean }>`select exists (select from pg_locks where not granted) as waits`;
    const isTaken = async () => (await waits.execute(harness.database.committed)).rows[0].waits;
    await until(async () => (await tickets()).length === 0 || (await isTaken()));
    open();
    await writing;
    await allDone(); // the clock stands still: nobody scans
    expect(each(handler)).toEqual(['task-a']);
  });

  it('drops what Redis has of a task that is gone', async () => {
    await add(['task-revoked', 'task-kept']);
    await until(async () => (await tickets()).length >= 2);
    await harness.database.transaction((queries) => api.revoke(queries, 'task-revoked'));
    const handler = new ScriptedHandler(async () => {});
    await startWorker(handler);
    await until(async () => (await tickets()).length === 0);
    await allDone();
    expect(each(handler)).toEqual(['task-kept']);
  });
});
