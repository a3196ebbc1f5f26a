import type { ManualClock } from '../clock/manual.clock';
import type { Database } from '../database/database';
import { DatabaseUnavailable } from '../database/database.errors';
import { gate, ScriptedHandler, untilAborted } from './scripted-handler.contract';
import { LeaseLost, ShuttingDown, type TaskHandler } from './task-handler';
import type { TaskQueue } from './task-queue';
import { schedulesContract } from './task-schedules.contract';
import { turnsContract } from './task-turns.contract';

export interface TaskQueueHarness {
  /** Resolves when what waits has come to where it is taken from, if that is not the table. */
  readonly handedOn?: (queue: TaskQueue) => Promise<void>;
  readonly database: Database;
  readonly clock: ManualClock;
  /** A queue on that database, as another process would have it; its leases last `leaseMs`. */
  createQueue(): TaskQueue;
  readonly leaseMs: number;
}

/** Ends what hangs. */
const PATIENCE_MS = 10_000;

/** What every driver of {@link TaskQueue} has to keep. */
export function taskQueueContract(create: () => Promise<TaskQueueHarness>): void {
  describe('TaskQueue contract', () => {
    let harness: TaskQueueHarness;
    let queues: TaskQueue[];

    beforeEach(async () => {
      harness = await create();
      queues = [];
    });
    afterEach(() => Promise.all(queues.map((queue) => queue.drain(0))));

    const start = async (...handlers: TaskHandler[]) => {
      const queue = harness.createQueue();
      queues.push(queue);
      await queue.start(handlers);
      return queue;
    };
    const enqueue = async (queue: TaskQueue, id: string, kind = 'scripted', dueAt?: number) => {
      harness.clock.advance(1); // nothing happens twice at the same time
      await harness.database.transaction((queries) =>
        queue.enqueue(queries, { id, kind, payload: id, dueAt }),
      );
      queue.nudge();
    };
    /** Until the table says so; the queue records the ends of runs on its own time. */
    const counts = async (queue: TaskQueue, expected: object) => {
      const end = performance.now() + PATIENCE_MS;
      while (performance.now() < end) {
        if (JSON.stringify(await queue.counts()) === JSON.stringify(expected)) return;
        await harness.database.transaction(() => Promise.resolve()); // as long as the disk takes
      }
      expect(await queue.counts()).toEqual(expected);
    };
    /** Until the task that runs has its lease prolonged. */
    const renewed = async () => {
      const leases = harness.database.committed.selectFrom('tasks').select('due_at');
      const fresh = harness.clock.now() + harness.leaseMs / 2;
      while ((await leases.executeTakeFirstOrThrow()).due_at! < fresh)
        await harness.database.transaction(() => Promise.resolve());
    };
    const nothing = { queued: 0, running: 0, dead: 0 };

    schedulesContract({ harness: () => harness, start, enqueue, counts });
    turnsContract({ harness: () => harness, start, enqueue, counts });

    it('runs what was committed, with its payload, and forgets it when done', async () => {
      const handler = new ScriptedHandler(async () => {});
      const queue = await start(handler);
      await enqueue(queue, 'a');
      await handler.ran(1);
      expect(handler.runs[0]).toMatchObject({ id: 'a', payload: 'a', attempt: 1 });
      await counts(queue, nothing);
    });

    it('never runs what was rolled back', async () => {
      const handler = new ScriptedHandler(async () => {});
      const queue = await start(handler);
      const rolledBack = harness.database.transaction(async (queries) => {
        await queue.enqueue(queries, { id: 'a', kind: 'scripted', payload: 'a' });
        throw new Error('no');
      });
      await expect(rolledBack).rejects.toThrow('no');
      await enqueue(queue, 'b');
      await handler.ran(1);
      await counts(queue, nothing);
      expect(handler.runs.map(({ id }) => id)).toEqual(['b']);
    });

    it('finds without a nudge what is due, and not earlier', async () => {
      const handler = new ScriptedHandler(async () => {});
      const queue = await start(handler);
      await enqueue(queue, 'later', 'scripted', harness.clock.now() + 60_000);
      await counts(queue, { queued: 1, running: 0, dead: 0 });
      harness.clock.advance(30_000);
      await counts(queue, { queued: 1, running: 0, dead: 0 });
      expect(handler.runs).toHaveLength(0);
      harness.clock.advance(31_000);
      await handler.ran(1);
    });

    it('runs as many at the same time as the handler says, and all of them in the end', async () => {
      const { open, opened } = gate();
      const handler = new ScriptedHandler(() => opened);
      const queue = await start(handler);
      for (const id of ['a', 'b', 'c', 'd', 'e']) await enqueue(queue, id);
      await handler.ran(2);
      await counts(queue, { queued: 3, running: 2, dead: 0 });
      open();
      await handler.ran(5);
      expect(handler.peak).toBe(2);
      await counts(queue, nothing);
    });

    it('lets another task begin in the room that one has made, and not in the room that is taken', async () => {
      const { open, opened } = gate();
      const handler = new ScriptedHandler(
        (task) => {
          if (task.payload === 'a') task.makeRoom();
          return opened;
        },
        { concurrency: 1 },
      );
      const queue = await start(handler);
      for (const id of ['a', 'b', 'c']) await enqueue(queue, id);
      await handler.ran(2);
      await counts(queue, { queued: 1, running: 2, dead: 0 });
      open();
      await handler.ran(3);
      await counts(queue, nothing);
    });

    it('lets a slow kind delay none of the others', async () => {
      const { open, opened } = gate();
      const slow = new ScriptedHandler(() => opened, { kind: 'slow', concurrency: 1 });
      const quick = new ScriptedHandler(async () => {}, { kind: 'quick' });
      const queue = await start(slow, quick);
      await enqueue(queue, 'a', 'slow');
      await enqueue(queue, 'b', 'slow');
      await enqueue(queue, 'c', 'quick');
      await quick.ran(1);
      await slow.ran(1);
      expect(slow.runs).toHaveLength(1);
      open();
    });

    it('tries again after a growing pause, then keeps a dead letter', async () => {
      const handler = new ScriptedHandler(() => Promise.reject(new Error('the network is down')));
      const queue = await start(handler);
      await enqueue(queue, 'a');
      for (const attempt of [1, 2, 3]) {
        await handler.ran(attempt);
        await counts(
          queue,
          attempt < 3 ? { queued: 1, running: 0, dead: 0 } : { queued: 0, running: 0, dead: 1 },
        );
        harness.clock.advance(10 * 60_000);
      }
      await counts(queue, { queued: 0, running: 0, dead: 1 });
      expect(handler.runs.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    });

    it('does not try again before the pause is over', async () => {
      const handler = new ScriptedHandler(() => Promise.reject(new Error('the network is down')));
      const queue = await start(handler);
      await enqueue(queue, 'a');
      await handler.ran(1);
      await counts(queue, { queued: 1, running: 0, dead: 0 });
      harness.clock.advance(400);
      queue.nudge();
      await counts(queue, { queued: 1, running: 0, dead: 0 });
      expect(handler.runs).toHaveLength(1);
    });

    it('does not try again before the time that whoever could not serve it asked for', async () => {
      const handler = new ScriptedHandler(() => Promise.reject(new DatabaseUnavailable('busy'))); // 5 seconds
      const queue = await start(handler);
      await enqueue(queue, 'a');
      await handler.ran(1);
      await counts(queue, { queued: 1, running: 0, dead: 0 });
      harness.clock.advance(4_999);
      queue.nudge();
      await counts(queue, { queued: 1, running: 0, dead: 0 });
      expect(handler.runs).toHaveLength(1);
      harness.clock.advance(1_001);
      await handler.ran(2);
    });

    it('records the effect of a task and its end together', async () => {
      const handler = new ScriptedHandler(async (task) => {
        await harness.database.transaction(async (queries) => {
          await task.complete(queries);
          if (task.attempt === 1) throw new Error('the effect could not be written');
        });
      });
      const queue = await start(handler);
      await enqueue(queue, 'a');
      await handler.ran(1);
      await counts(queue, { queued: 1, running: 0, dead: 0 });
      harness.clock.advance(60_000);
      await handler.ran(2);
      await counts(queue, nothing);
    });

    it('buries at once what cannot succeed', async () => {
      const handler = new ScriptedHandler((task) =>
        harness.database.transaction((queries) => task.bury(queries, new Error('never'))),
      );
      const queue = await start(handler);
      await enqueue(queue, 'a');
      await counts(queue, { queued: 0, running: 0, dead: 1 });
      await enqueue(queue, 'a');
      await handler.ran(2);
      expect(handler.runs[1].attempt).toBe(1);
    });

    it('shows dead letters, and gives one all its attempts again', async () => {
      let isMended = false;
      const handler = new ScriptedHandler((task) =>
        isMended
          ? Promise.resolve()
          : harness.database.transaction((queries) => task.bury(queries, new Error('broken'))),
      );
      const queue = await start(handler);
      await enqueue(queue, 'a');
      await counts(queue, { queued: 0, running: 0, dead: 1 });
      const letter = {
        id: 'a',
        kind: 'scripted',
        attempt: 1,
        error: 'Error: broken',
        createdAt: harness.clock.now(),
      };
      harness.clock.advance(1);
      expect(await queue.deadLetters(10)).toEqual([letter]);
      expect(await queue.deadLetter('a')).toEqual(letter);
      isMended = true;
      const revive = () => harness.database.transaction((queries) => queue.revive(queries, 'a'));
      expect([await revive(), await revive()]).toEqual([true, false]);
      queue.nudge();
      await handler.ran(2);
      expect(handler.runs[1].attempt).toBe(1);
      await counts(queue, nothing);
      expect(await queue.deadLetter('a')).toBeUndefined();
    });

    it('revokes: a waiting task never runs, a running one loses its lease', async () => {
      const outcomes: unknown[] = [];
      const handler = new ScriptedHandler(
        (task) =>
          untilAborted(task.signal).catch(async (reason: unknown) => {
            outcomes.push(reason);
            await harness.database.transaction((queries) => task.complete(queries));
          }),
        { concurrency: 1 },
      );
      const queue = await start(handler);
      await enqueue(queue, 'running');
      await handler.ran(1);
      await enqueue(queue, 'waiting');
      await harness.database.transaction(async (queries) => {
        await queue.revoke(queries, 'running');
        await queue.revoke(queries, 'waiting');
      });
      harness.clock.advance(harness.leaseMs / 2);
      await counts(queue, nothing);
      while (outcomes.length === 0) await new Promise((resolve) => setImmediate(resolve));
      expect(outcomes).toEqual([expect.any(LeaseLost)]);
      expect(handler.runs).toHaveLength(1);
    });

    it('refuses what a replaced run reports', async () => {
      const { open, opened } = gate();
      let refused: unknown;
      const handler = new ScriptedHandler(
        async (task) => {
          if (handler.runs.length > 1) return;
          await opened;
          await harness.database
            .transaction((queries) => task.complete(queries))
            .catch((error: unknown) => {
              refused = error;
              throw error;
            });
        },
        { concurrency: 1 },
      );
      const queue = await start(handler);
      await enqueue(queue, 'a');
      await handler.ran(1);
      await enqueue(queue, 'a');
      open();
      await handler.ran(2);
      expect(refused).toBeInstanceOf(LeaseLost);
      await counts(queue, nothing);
    });

    it('keeps the lease of a run that lasts long', async () => {
      const { open, opened } = gate();
      const handler = new ScriptedHandler(() => opened);
      const queue = await start(handler);
      const other = await start(handler); // either may take it
      await enqueue(queue, 'a');
      await handler.ran(1);
      for (let step = 0; step < 12; step++) {
        harness.clock.advance(harness.leaseMs / 3);
        await renewed();
        other.nudge();
        await counts(queue, { queued: 0, running: 1, dead: 0 });
      }
      expect(handler.runs).toHaveLength(1);
      expect(handler.runs[0].signal.aborted).toBe(false);
      open();
      await counts(queue, nothing);
    });

    it('puts running tasks back at shutdown without spending an attempt', async () => {
      const handler = new ScriptedHandler((task) => untilAborted(task.signal));
      const queue = await start(handler);
      await enqueue(queue, 'a');
      await handler.ran(1);
      const drained = queue.drain(5_000);
      await enqueue(queue, 'b');
      await counts(queue, { queued: 1, running: 1, dead: 0 });
      harness.clock.advance(5_000);
      await drained;
      expect(handler.runs[0].signal.reason).toBeInstanceOf(ShuttingDown);
      await counts(queue, { queued: 2, running: 0, dead: 0 });

      const successor = new ScriptedHandler(async () => {});
      await start(successor);
      await successor.ran(2);
      expect(successor.runs.map(({ attempt }) => attempt)).toEqual([1, 1]);
    });

    it('lets running tasks finish at shutdown', async () => {
      const { open, opened } = gate();
      const handler = new ScriptedHandler(() => opened);
      const queue = await start(handler);
      await enqueue(queue, 'a');
      await handler.ran(1);
      const drained = queue.drain(5_000);
      open();
      await drained;
      expect(handler.runs[0].signal.aborted).toBe(false);
      await counts(queue, nothing);
    });

    it('refuses two handlers for one kind, and names them', async () => {
      const queue = harness.createQueue();
      queues.push(queue);
      const handlers = [new ScriptedHandler(async () => {}), new ScriptedHandler(async () => {})];
      await expect(queue.start(handlers)).rejects.toThrow("kind 'scripted': ScriptedHandler");
    });
  });
}
