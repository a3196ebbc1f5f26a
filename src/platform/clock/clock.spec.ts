import { isId, Ids } from './ids';
import { ManualClock } from './manual.clock';

describe('ManualClock', () => {
  it('runs what falls due in the order of its time, and repeats', () => {
    const clock = new ManualClock(1000);
    const seen: string[] = [];
    clock.after(30, () => seen.push(`once at ${clock.now()}`));
    const stop = clock.every(20, () => seen.push(`every at ${clock.now()}`));

    clock.advance(45);
    expect(seen).toEqual(['every at 1020', 'once at 1030', 'every at 1040']);
    expect(clock.now()).toBe(1045);

    stop();
    clock.advance(100);
    expect(seen).toHaveLength(3);
  });

  it('leaps over what would have repeated, as a machine that slept', () => {
    const clock = new ManualClock(1000);
    const seen: string[] = [];
    const stop = clock.every(20, () => seen.push(`every at ${clock.now()}`));
    clock.after(30, () => stop());
    clock.after(40, () => seen.push(`once at ${clock.now()}`));

    clock.leap(1000);
    expect(seen).toEqual(['every at 2000', 'once at 2000']);
    clock.advance(100);
    expect(seen).toHaveLength(2);
  });
});

describe('Ids', () => {
  it('sort in the order they were made, within a millisecond and when the clock steps back', () => {
    let now = 5_000_000;
    const ids = new Ids({ now: () => now, after: () => () => {}, every: () => () => {} });
    const made = Array.from({ length: 500 }, () => ids.next());
    now -= 1000;
    made.push(ids.next());
    now += 5000;
    made.push(ids.next());

    expect(made).toEqual(made.toSorted());
    expect(new Set(made).size).toBe(made.length);
    expect(made.every(isId)).toBe(true);
  });

  it.each(['', 'x', '../../etc/passwd', '0192F3A4-0000-7000-8000-000000000000', '\0'])(
    'does not take %j for one',
    (text) => {
      expect(isId(text)).toBe(false);
    },
  );
});
