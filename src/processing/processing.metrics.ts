import { Injectable } from '@nestjs/common';
import { Settings } from '../platform/config/settings';
import { Metrics } from '../platform/metrics/metrics';
import { ProcessorPool } from './processor-pool';

/** The worker threads of this process. */
@Injectable()
export class ProcessingMetrics {
  constructor(metrics: Metrics, pool: ProcessorPool, { PROCESSING_CONCURRENCY }: Settings) {
    metrics.gauge({ name: 'filemill_worker_threads', help: 'Worker threads that are there.' }, (gauge) =>
      gauge.set(pool.threads),
    );
    metrics.gauge(
      { name: 'filemill_worker_threads_busy', help: 'Worker threads that run a processor.' },
      (gauge) => gauge.set(pool.busyThreads),
    );
    metrics.gauge(
      {
        name: 'filemill_worker_threads_max',
        help: 'Worker threads that there may be: PROCESSING_CONCURRENCY.',
      },
      (gauge) => gauge.set(PROCESSING_CONCURRENCY),
    );
  }
}
