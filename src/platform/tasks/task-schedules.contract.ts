import type { ManualClock } from '../clock/manual.clock';
import type { Database } from '../database/database';
import { gate, ScriptedHandler } from './scripted-handler.contract';
import type { TaskHandler } from './task-handler';
import type { TaskQueue } from './task-queue';

/** What the cases of a contract share. */
export interface Bench {
  readonly harness: () => {
    readonly database: Database;
    readonly clock: ManualClock;
    readonly leaseMs: number;
    readonly handedOn?: (queue: TaskQueue) => Promise<void>;
  };
  readonly start: (...handlers: TaskHandler[]) => Promise<TaskQueue>;
  readonly enqueue: (queue: TaskQueue, id: string, kind?: string) => Promise<void>;
  readonly counts: (queue: TaskQueue, expected: object) => Promise<void>;
}

/** When tasks run again, and that there is one of each id. */
export function schedulesContract({ harness, start, enqueue, counts }: Bench): void {
  const nothing = { queued: 0, running: 0, dead: 0 };

  it('waits after a fault for as long as its handler says', async () => {
    const handler = new ScriptedHandler(() => Promise.reject(new Error('not yet')));
    handler.pauseMs = (attempt) => attempt * 3_600_000;
    const queue = await start(handler);
    await enqueue(queue, 'a');
    for (const [index, waits] of [3_600_000, 7_200_000].entries()) {
      await handler.ran(index + 1);
      await counts(queue, { queued: 1, running: 0, dead: 0 });
      harness().clock.advance(waits - 1);
      queue.nudge();
      await counts(queue, { queued: 1, running: 0, dead: 0 });
      expect(handler.runs).toHaveLength(index + 1);
      harness().clock.advance(1_001); // also until somebody looks
    }
    await handler.ran(3);
    await counts(queue, { queued: 0, running: 0, dead: 1 });
  });

  it('runs again when it is due again, with all its attempts', async () => {
    const { clock } = harness();
    const handler: ScriptedHandler = new ScriptedHandler((task) =>
      harness().database.transaction((queries) =>
        handler.runs.length < 5 ? task.again(queries, clock.now() + 1_000) : task.complete(queries),
      ),
    );
    const queue = await start(handler);
    await enqueue(queue, 'a');
    for (let times = 1; times < 5; times++) {
      await handler.ran(times);
      await counts(queue, { queued: 1, running: 0, dead: 0 });
      clock.advance(2_000); // also until somebody looks
    }
    await counts(queue, nothing);
    expect(handler.runs.map(({ attempt }) => attempt)).toEqual([1, 1, 1, 1, 1]);
  });

  it('ensures a task once, due at the earliest time that was asked for', async () => {
    const { clock, database } = harness();
    const handler = new ScriptedHandler(async () => {});
    const queue = await start(handler);
    const ensure = (payload: string, inMs: number) =>
      database.transaction((queries) =>
        queue.ensure(queries, { id: 'a', kind: 'scripted', payload, dueAt: clock.now() + inMs }),
      );
    await ensure('first', 60_000);
    await ensure('second', 90_000);
    await counts(queue, { queued: 1, running: 0, dead: 0 });
    await ensure('third', 30_000);
    clock.advance(29_999);
    queue.nudge();
    await counts(queue, { queued: 1, running: 0, dead: 0 });
    clock.advance(1);
    queue.nudge();
    await counts(queue, nothing);
    expect(handler.runs.map(({ payload }) => payload)).toEqual(['first']);
    clock.advance(1);
    await ensure('fourth', 0);
    queue.nudge();
    await handler.ran(2);
    await counts(queue, nothing);
  });

  it('leaves a task that runs alone when it is ensured', async () => {
    const { open, opened } = gate();
    const handler = new ScriptedHandler(() => opened);
    const queue = await start(handler);
    await enqueue(queue, 'a');
    await handler.ran(1);
    await harness().database.transaction((queries) =>
      queue.ensure(queries, { id: 'a', kind: 'scripted', payload: 'b' }),
    );
    harness().clock.advance(harness().leaseMs / 3);
    await counts(queue, { queued: 0, running: 1, dead: 0 });
    open();
    await counts(queue, nothing);
    expect(handler.runs).toHaveLength(1);
    expect(handler.runs[0].signal.aborted).toBe(false);
  });
}
