import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

interface Description<Label extends string> {
  /** Begins with `filemill_`; in base units, and with `_total` when it only grows. */
  readonly name: string;
  readonly help: string;
  /** Of values that are few and known: a kind, an outcome; never an id, a name or an address. */
  readonly labelNames?: readonly Label[];
}

/** Lengths of time, from what answers at once to what takes minutes. */
export const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/**
 * What this process counts, for Prometheus. Each feature defines the metrics of what is its own, once, in the
 * constructor of a provider (`*.metrics.ts`); two of one name stop the start.
 */
@Injectable()
export class Metrics {
  /** Not the one that the library shares in a process: two services in one process count apart. */
  readonly registry = new Registry();

  counter<Label extends string>({ labelNames = [], ...rest }: Description<Label>): Counter<Label> {
    return new Counter({ ...rest, labelNames, registers: [this.registry] });
  }

  histogram<Label extends string>({ labelNames = [], ...rest }: Description<Label>): Histogram<Label> {
    return new Histogram({ ...rest, labelNames, buckets: SECONDS, registers: [this.registry] });
  }

  /** @param read - asked at each scrape: sets the values as they stand */
  gauge<Label extends string>(
    { labelNames = [], ...rest }: Description<Label>,
    read: (gauge: Gauge<Label>) => void | Promise<void>,
  ): Gauge<Label> {
    const collect = function (this: Gauge<Label>) {
      return read(this);
    };
    return new Gauge({ ...rest, labelNames, collect, registers: [this.registry] });
  }

  /** All metrics in the text format of Prometheus. */
  exposition(): Promise<string> {
    return this.registry.metrics();
  }
}
