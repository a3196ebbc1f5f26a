import { Injectable } from '@nestjs/common';
import type { Job } from '../../jobs/job';
import { JobSettledHook } from '../../jobs/job-settled-hook';
import { toJobStatus } from '../../jobs/jobs.dto';
import type { Queries } from '../../platform/database/database';
import { eventOf } from './webhook';
import { WebhookOutbox } from './webhook-outbox';
import { WebhooksRepository } from './webhooks.repository';

/** Has the end of a job delivered to the endpoints of its owner, and to the callback of its upload. */
@Injectable()
export class WebhookHook extends JobSettledHook {
  constructor(
    private readonly webhooks: WebhooksRepository,
    private readonly outbox: WebhookOutbox,
  ) {
    super();
  }

  override async onSettled(queries: Queries, job: Job): Promise<void> {
    const event = eventOf(job.status);
    if (!event) return;
    const all = await this.webhooks.list(job.owner, queries);
    const asking = all.filter(
      ({ enabled, events }) => enabled && (events.length === 0 || events.includes(event)),
    );
    const url = job.notify?.callbackUrl;
    if (asking.length === 0 && url === undefined) return;
    const message = { event, happenedAt: job.finishedAt ?? job.createdAt, data: toJobStatus(job) };
    for (const webhook of asking) await this.outbox.toWebhook(queries, webhook, message);
    if (url !== undefined) await this.outbox.toCallback(queries, job.owner, url, message);
  }
}
