import { Injectable } from '@nestjs/common';
import { OutboundHttp } from '../platform/outbound/outbound-http';
import type { Job, Notify } from './job';
import type { JobFields } from './job-fields.dto';
import type { NotifyFields } from './notify.dto';

/** What callers say about a job at every door. */
export type Wishes = Pick<Job, 'notify' | 'priority'>;

/** Reads what callers wish for a job, besides how its file is processed. */
@Injectable()
export class JobWishes {
  constructor(private readonly outbound: OutboundHttp) {}

  /** @throws UrlNotAllowed, without connecting to anything */
  read({ priority = 'normal', ...fields }: JobFields): Wishes {
    return { notify: this.notifyOf(fields), priority };
  }

  private notifyOf({ notify_email: email, callback_url: url }: NotifyFields): Notify | null {
    if (email === undefined && url === undefined) return null;
    return {
      ...(email !== undefined && { email }),
      ...(url !== undefined && { callbackUrl: this.outbound.checkUrl(url).href }),
    };
  }
}
