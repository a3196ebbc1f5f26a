import { InMemoryLeases } from '../leases/in-memory.leases';
import { LeasedLeadership } from '../scheduling/leased.leadership';
import { Leadership } from '../scheduling/leadership';
import { ManualClock } from './manual.clock';
import { Sweeper } from './sweeper';

const EVERY_MS = 1_000;

class Counting extends Sweeper {
  begun = 0;
  release: () => void = () => {};

  constructor(clock: ManualClock, atStart: boolean) {
    super(clock, EVERY_MS, atStart);
  }

  override async sweep(): Promise<void> {
    this.begun++;
    await new Promise<void>((resolve) => (this.release = resolve));
    if (this.begun === 1) throw new Error('the first goes wrong');
  }
}

const alone = new LeasedLeadership(new InMemoryLeases());

/** Leads when the test says so. */
class Elected extends Leadership {
  leads = false;

  override isLeader(): Promise<boolean> {
    return Promise.resolve(this.leads);
  }
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('Sweeper', () => {
  it.each([
    [true, 1],
    [false, 0],
  ])('begins at the start: %s', async (atStart, begun) => {
    const sweeper = new Counting(new ManualClock(), atStart);
    sweeper.start(alone);
    await settle();
    expect(sweeper.begun).toBe(begun);
  });

  it('has one round at a time, goes on after one that failed, and ends with the one that runs', async () => {
    const clock = new ManualClock();
    const sweeper = new Counting(clock, true);
    sweeper.start(alone);
    clock.advance(EVERY_MS);
    await settle();
    expect(sweeper.begun).toBe(1);
    sweeper.release();
    await settle();
    expect(sweeper.begun).toBe(2);

    let isOver = false;
    const end = sweeper.stop().then(() => (isOver = true));
    await settle();
    expect(isOver).toBe(false);
    sweeper.release();
    await end;
    clock.advance(10 * EVERY_MS);
    await settle();
    expect(sweeper.begun).toBe(2);
  });

  it('does a round only while this instance leads', async () => {
    const clock = new ManualClock();
    const leadership = new Elected();
    const sweeper = new Counting(clock, true);
    sweeper.start(leadership);
    await settle();
    clock.advance(EVERY_MS);
    await settle();
    expect(sweeper.begun).toBe(0);

    leadership.leads = true;
    clock.advance(EVERY_MS);
    await settle();
    expect(sweeper.begun).toBe(1);
    sweeper.release();
    await sweeper.stop();
  });
});
