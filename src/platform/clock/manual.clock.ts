import { Clock, type Cancel } from './clock';

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** A clock that stands still until it is told to move: for tests. */
export class ManualClock extends Clock {
  private readonly timers = new Set<Timer>();

  constructor(private time = Date.UTC(2026, 0, 1)) {
    super();
  }

  override now(): number {
    return this.time;
  }

  override after(ms: number, callback: () => void): Cancel {
    const timer = { at: this.time + ms, callback };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }

  /** Moves the time forward and runs what has fallen due, in order, each at its own time. */
  advance(ms: number): void {
    const end = this.time + ms;
    for (let timer = this.nextDue(end); timer; timer = this.nextDue(end)) {
      this.timers.delete(timer);
      this.time = Math.max(this.time, timer.at);
      timer.callback();
    }
    this.time = end;
  }

  /**
   * Moves the time forward as for a machine that slept: what has fallen due runs once, now. For days on end, in which
   * what happens every second would happen too often.
   */
  leap(ms: number): void {
    this.time += ms;
    const due = [...this.timers].filter(({ at }) => at <= this.time);
    for (const timer of due.toSorted((a, b) => a.at - b.at)) {
      if (this.timers.delete(timer)) timer.callback(); // unless one before it was its end
    }
  }

  private nextDue(end: number): Timer | undefined {
    const due = [...this.timers].filter(({ at }) => at <= end);
    return due.toSorted((a, b) => a.at - b.at)[0];
  }
}
