import { Injectable } from '@nestjs/common';

/** Ends what {@link Clock.after} or {@link Clock.every} started. Calling it twice does no harm. */
export type Cancel = () => void;

/** The only source of time. Tests put a `ManualClock` in its place. */
export abstract class Clock {
  /** Milliseconds since the Unix epoch. */
  abstract now(): number;

  /** Calls `callback` once, `ms` from now. Never keeps the process alive. */
  abstract after(ms: number, callback: () => void): Cancel;

  /** Calls `callback` again and again, `ms` apart. Never keeps the process alive. */
  every(ms: number, callback: () => void): Cancel {
    let cancel: Cancel;
    const next = () => {
      cancel = this.after(ms, next);
      callback();
    };
    cancel = this.after(ms, next);
    return () => cancel();
  }
}

@Injectable()
export class SystemClock extends Clock {
  override now(): number {
    return Date.now();
  }

  override after(ms: number, callback: () => void): Cancel {
    const timer = setTimeout(callback, ms).unref();
    return () => clearTimeout(timer);
  }
}
