import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { sql } from 'kysely';
import { Clock } from '../clock/clock';
import { Database } from '../database/database';
import { Metrics } from '../metrics/metrics';
import { TaskHandler } from './task-handler';
import { TaskQueue } from './task-queue';

/** The queue as it stands when Prometheus asks. */
@Injectable()
export class TasksMetrics implements OnApplicationBootstrap {
  private kinds: readonly string[] = [];

  constructor(
    metrics: Metrics,
    queue: TaskQueue,
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly discovery: DiscoveryService,
  ) {
    metrics.gauge(
      {
        name: 'filemill_tasks',
        help: 'Tasks of all instances, by state: queued, running, or dead (given up).',
        labelNames: ['state'],
      },
      async (gauge) => {
        for (const [state, count] of Object.entries(await queue.counts()))
          gauge.set({ state }, Number(count));
      },
    );
    metrics.gauge(
      {
        name: 'filemill_dead_letters',
        help: 'Tasks of all instances that were given up and wait for an administrator, by kind.',
        labelNames: ['kind'],
      },
      async (gauge) => {
        const dead = await this.deadLetters(queue);
        for (const kind of new Set([...this.kinds, ...dead.keys()])) gauge.set({ kind }, dead.get(kind) ?? 0);
      },
    );
    metrics.gauge(
      {
        name: 'filemill_task_oldest_due_age_seconds',
        help: 'For how long the task that has been due the longest has waited, by kind; 0 when none is due.',
        labelNames: ['kind'],
      },
      async (gauge) => {
        for (const kind of this.kinds) gauge.set({ kind }, await this.oldestAge(kind));
      },
    );
  }

  onApplicationBootstrap(): void {
    const instances: unknown[] = this.discovery.getProviders().map(({ instance }) => instance as unknown);
    const handlers = instances.filter((instance) => instance instanceof TaskHandler);
    this.kinds = [...new Set(handlers.map(({ kind }) => kind))];
  }

  /** How many there are of each kind. No index has them, so they are looked for only where there are some. */
  private async deadLetters(queue: TaskQueue): Promise<Map<string, number>> {
    if ((await queue.counts()).dead === 0) return new Map();
    const rows = await this.database.committed
      .selectFrom('tasks')
      .select((eb) => ['kind', eb.fn.countAll<number | string>().as('count')])
      .where('due_at', 'is', null)
      .groupBy('kind')
      .execute();
    return new Map(rows.map(({ kind, count }) => [kind, Number(count)]));
  }

  /** Of those that wait, and of those that fell due and nobody has looked at since. */
  private async oldestAge(kind: string): Promise<number> {
    const now = this.clock.now();
    const { rows } = await sql<{ waiting: number | null; others: number | null }>`
      select (select min(due_at) from tasks
              where kind = ${kind} and lease is null and turn is not null) as waiting,
             (select min(due_at) from tasks
              where kind = ${kind} and due_at is not null and (turn is null or lease is not null)) as others`.execute(
      this.database.committed,
    );
    const [{ waiting, others }] = rows;
    return Math.max(0, now - Math.min(waiting ?? now, others ?? now)) / 1000;
  }
}
