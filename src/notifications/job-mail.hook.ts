import { Injectable } from '@nestjs/common';
import type { Job } from '../jobs/job';
import { JobSettledHook } from '../jobs/job-settled-hook';
import type { Queries } from '../platform/database/database';
import { ANONYMOUS } from '../platform/http/caller.decorator';
import { AddressLimit } from '../platform/mail/address-limit';
import { MailQueue } from '../platform/mail/mail-queue';
import { jobFinishedMail } from './job-finished.mail';
import { NotificationSettingsRepository } from './notification-settings.repository';

/** Mails the end of a job to whom its upload named, and to its owner who wants that. Who cancelled it knows. */
@Injectable()
export class JobMailHook extends JobSettledHook {
  constructor(
    private readonly settings: NotificationSettingsRepository,
    private readonly limit: AddressLimit,
    private readonly mails: MailQueue,
  ) {
    super();
  }

  override async onSettled(queries: Queries, job: Job): Promise<void> {
    if (job.status === 'cancelled') return;
    const own = job.owner === ANONYMOUS ? undefined : await this.settings.addressOf(queries, job.owner);
    const addresses = new Set([job.notify?.email, own].filter((address) => address !== undefined));
    for (const address of addresses)
      if (await this.limit.allows(address))
        await this.mails.enqueue(queries, jobFinishedMail(job, address), job.owner);
  }
}
