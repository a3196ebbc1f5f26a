import { Injectable } from '@nestjs/common';
import { OutboundHttp } from '../platform/outbound/outbound-http';
import type { Notify } from './job';
import type { NotifyFields } from './notify.dto';

/** Reads what callers wish to be told. */
@Injectable()
export class NotifyWishes {
  constructor(private readonly outbound: OutboundHttp) {}

  /** @throws UrlNotAllowed, without connecting to anything */
  read({ notify_email: email, callback_url: url }: NotifyFields): Notify | null {
    if (email === undefined && url === undefined) return null;
    return {
      ...(email !== undefined && { email }),
      ...(url !== undefined && { callbackUrl: this.outbound.checkUrl(url).href }),
    };
  }
}
