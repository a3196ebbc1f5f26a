import { Injectable } from '@nestjs/common';
import { Metrics } from '../metrics/metrics';
import type { RunOutcome } from './task-lane';

/** What came of the runs of tasks in this process. */
@Injectable()
export class TaskRunsMetrics {
  private readonly runs;

  constructor(metrics: Metrics) {
    this.runs = metrics.counter({
      name: 'filemill_task_runs_total',
      help: 'Runs of tasks, by kind and outcome: completed, retried (another follows), released (at shutdown), or dead (given up).',
      labelNames: ['kind', 'outcome'],
    });
  }

  count(kind: string, outcome: RunOutcome): void {
    this.runs.inc({ kind, outcome });
  }
}
