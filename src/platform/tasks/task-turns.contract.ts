import { gate, ScriptedHandler, untilAborted } from './scripted-handler.contract';
import type { Priority, TaskQueue } from './task-queue';
import type { Bench } from './task-schedules.contract';

/** Whose task is next, and that there may be none. */
export function turnsContract({ harness, start, enqueue, counts }: Bench): void {
  const nothing = { queued: 0, running: 0, dead: 0 };
  const waiting = (queued: number, running = 0) => ({ queued, running, dead: 0 });

  /** A queue whose only place is taken until `open()` is called; what is added meanwhile waits. */
  async function occupied() {
    const { open, opened } = gate();
    const handler = new ScriptedHandler(() => opened, { concurrency: 1 });
    const queue = await start(handler);
    await enqueue(queue, 'first');
    await handler.ran(1);
    const order = () => handler.runs.slice(1).map(({ id }) => id);
    return { open, handler, queue, order };
  }

  /** Each in a transaction of its own, as requests come. */
  async function add(queue: TaskQueue, owner: string, ids: readonly string[], priority?: Priority) {
    for (const id of ids)
      await harness().database.transaction((queries) =>
        queue.enqueue(queries, { id, kind: 'scripted', owner, priority, payload: id }),
      );
    queue.nudge();
    await harness().handedOn?.(queue);
  }
  const numbered = (owner: string, count: number) =>
    Array.from({ length: count }, (_, index) => `${owner}${index + 1}`);

  it('lets owners take turns, however many tasks each has', async () => {
    const { open, handler, queue, order } = await occupied();
    await add(queue, 'a', numbered('a', 50));
    await add(queue, 'b', numbered('b', 2));
    await add(queue, 'c', numbered('c', 1));
    open();
    await handler.ran(54);
    expect(order().slice(0, 6)).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
    await counts(queue, nothing);
  });

  it('lets who comes anew neither wait for all that others have, nor go before what waits already', async () => {
    const gates = Array.from({ length: 31 }, gate);
    const handler: ScriptedHandler = new ScriptedHandler(() => gates[handler.runs.length - 1].opened, {
      concurrency: 1,
    });
    const queue = await start(handler);
    await add(queue, 'a', numbered('a', 30));
    for (const done of gates.slice(0, 10)) done.open();
    await handler.ran(11);
    await counts(queue, waiting(19, 1));
    await add(queue, 'b', ['b1']);
    for (const done of gates) done.open();
    await handler.ran(31);
    expect(handler.runs.map(({ id }) => id).slice(11, 14)).toEqual(['a12', 'b1', 'a13']);
    await counts(queue, nothing);
  });

  it('takes those of an owner that have the highest priority first, when it is the turn of the owner', async () => {
    const { open, handler, queue, order } = await occupied();
    await add(queue, 'a', ['low1', 'low2'], 'low');
    await add(queue, 'a', ['a1', 'a2']);
    await add(queue, 'b', ['b1', 'b2', 'b3']);
    await add(queue, 'a', ['high1', 'high2'], 'high');
    open();
    await handler.ran(10);
    const taken = order();
    expect(taken.filter((id) => !id.startsWith('b'))).toEqual('high1 high2 a1 a2 low1 low2'.split(' '));
    for (const [turn, id] of numbered('b', 3).entries())
      expect(taken.indexOf(id)).toBeLessThanOrEqual(2 * turn + 1);
    await counts(queue, nothing);
  });

  it('lets nobody before others for their priorities', async () => {
    const { open, handler, queue, order } = await occupied();
    await add(queue, 'a', ['a1', 'a2']);
    await add(queue, 'b', ['b1', 'b2'], 'low');
    await add(queue, 'a', numbered('high', 20), 'high');
    open();
    await handler.ran(25);
    expect(order().slice(0, 4)).toEqual(['high1', 'b1', 'high2', 'b2']);
    expect(order().slice(-2).toSorted()).toEqual(['a1', 'a2']);
    await counts(queue, nothing);
  });

  it('gives what is tried again its turn like all others', async () => {
    const { open, opened } = gate();
    const handler: ScriptedHandler = new ScriptedHandler(
      async ({ id, attempt }) => {
        if (id === 'first') await opened;
        if (id === 'a1' && attempt === 1) throw new Error('not yet');
      },
      { concurrency: 1 },
    );
    const queue = await start(handler);
    await enqueue(queue, 'first');
    await handler.ran(1);
    await add(queue, 'a', ['a1']);
    open();
    await handler.ran(2);
    await counts(queue, waiting(1));
    harness().clock.advance(60_000);
    queue.nudge();
    await handler.ran(3);
    expect(handler.runs[2]).toMatchObject({ id: 'a1', attempt: 2 });
    await counts(queue, nothing);
  });

  it('puts what was interrupted by a shutdown back where it was, not behind all that its owner has', async () => {
    const handler = new ScriptedHandler((task) => untilAborted(task.signal), { concurrency: 1 });
    const queue = await start(handler);
    await add(queue, 'a', numbered('a', 20));
    await handler.ran(1);
    const drained = queue.drain(5_000);
    await enqueue(queue, 'later', 'other'); // as long as the drain takes to begin
    harness().clock.advance(5_000);
    await drained;
    const successor = new ScriptedHandler(async () => {}, { concurrency: 1 });
    await start(successor);
    await successor.ran(20);
    const again = successor.runs.findIndex(({ id }) => id === 'a1');
    expect(again).toBeLessThan(19);
    expect(successor.runs[again].attempt).toBe(1);
  });

  it('takes nothing of a kind that is paused, in no process, until it is resumed', async () => {
    const [paused, elsewhere] = [new ScriptedHandler(async () => {}), new ScriptedHandler(async () => {})];
    const other = new ScriptedHandler(async () => {}, { kind: 'other' });
    const queue = await start(paused, other);
    await queue.pause(['scripted']);
    await queue.pause(['scripted']);
    const late = await start(elsewhere);
    expect([...(await late.paused())]).toEqual(['scripted']);
    await enqueue(queue, 'a');
    late.nudge();
    await enqueue(queue, 'b', 'other');
    await other.ran(1);
    harness().clock.advance(2_000);
    await counts(queue, waiting(1));
    expect([...paused.runs, ...elsewhere.runs]).toEqual([]);
    await late.resume();
    harness().clock.advance(2_000);
    await counts(queue, nothing);
    expect([...paused.runs, ...elsewhere.runs].map(({ id }) => id)).toEqual(['a']);
    expect((await queue.paused()).size).toBe(0);
  });
}
