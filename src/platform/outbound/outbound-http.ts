import { Injectable } from '@nestjs/common';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Clock } from '../clock/clock';
import { DomainError } from '../errors/domain-error';
import { Destinations } from './destinations';
import { exchange, type OutboundMessage } from './exchange';
import { RemoteRefused, RemoteUnavailable, TooManyRedirects, UrlNotAllowed } from './outbound.errors';
import { ResponseBody } from './response-body';
import { retryAfterSeconds } from './retry-after';
import { Vigil, type Patience } from './vigil';

const MAX_REDIRECTS = 5;
const REDIRECTS: ReadonlySet<number | undefined> = new Set([301, 302, 303, 307, 308]);
/** Answers that have the whole of what was asked for: not 204, and no 206 that nobody asked for. */
const WHOLE: ReadonlySet<number> = new Set([200, 203]);
/** Refusals that another time may not be: Request Timeout, Too Early, Too Many Requests. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429]);

/** Names, in lower case, of what the service says of itself are taken: `host`, `user-agent`, `accept-encoding`. */
export type OutboundHeaders = Readonly<Record<string, string>>;

export interface OutboundOptions extends Patience {
  /** For the body, on the wire as well as decoded. */
  readonly maxBytes: number;
  readonly headers?: OutboundHeaders;
}

export interface OutboundRequest extends OutboundOptions {
  readonly method: string;
  readonly body?: Buffer;
}

export interface OutboundResponse {
  /** Where the answer came from, after redirects. */
  readonly url: string;
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Decoded; to be read once. It fails rather than ends when the server breaks off. */
  readonly body: AsyncIterable<Buffer>;
  /** Of the body, if the server said it; the body has as many bytes or fails. */
  readonly length?: number;
  /** For who does not read the body to its end: frees the connection. */
  close(): void;
}

/**
 * The one way out to servers that strangers name. It connects to public addresses alone (and to those that
 * `OUTBOUND_ALLOW` adds), to the very addresses that it judged, through no proxy, and is bounded in bytes and in
 * time. A `signal` that is aborted destroys the connection and rejects with its reason.
 */
@Injectable()
export class OutboundHttp {
  constructor(
    private readonly destinations: Destinations,
    private readonly clock: Clock,
  ) {}

  /**
   * Says of a URL without connecting to anything whether {@link get} would refuse it for what it is. Which
   * addresses its name has is judged when it is connected to.
   *
   * @throws UrlNotAllowed
   */
  checkUrl(text: string): URL {
    return this.destinations.check(text);
  }

  /**
   * Fetches a file, following up to five redirects, each judged like the first URL. From https they must not lead
   * to http: what was asked for in private and unchanged would come neither way. The caller's headers go to the
   * first origin alone.
   *
   * @throws UrlNotAllowed, AddressNotAllowed, TooManyRedirects, ResponseTooLarge, ResponseNotDecodable
   * @throws RemoteRefused when the answer is no file, with `remote_status`
   * @throws RemoteUnavailable, RemoteTimeout when another time may be better, with `retryAfter` if the server said when
   */
  async get(text: string, options: OutboundOptions): Promise<OutboundResponse> {
    const first = this.checkUrl(text);
    return this.watched(options, async (vigil) => {
      const { url, head } = await this.follow(first, options.headers, vigil);
      if (!WHOLE.has(head.statusCode ?? 0)) throw this.refusal(url, head);
      return respond(url, head, options.maxBytes, vigil);
    });
  }

  /**
   * Sends one request and gives back the answer, whatever its status: redirects are not followed.
   *
   * @throws UrlNotAllowed, AddressNotAllowed, ResponseTooLarge, ResponseNotDecodable, RemoteUnavailable, RemoteTimeout
   */
  async request(text: string, options: OutboundRequest): Promise<OutboundResponse> {
    const { method, body, headers = {}, maxBytes } = options;
    const url = this.checkUrl(text);
    return this.watched(options, async (vigil) => {
      const head = await this.send(url, { method, headers, body }, vigil);
      return respond(url, head, maxBytes, vigil);
    });
  }

  /** The vigil ends with the body, or here with the first error. */
  private async watched<T>(patience: Patience, step: (vigil: Vigil) => Promise<T>): Promise<T> {
    const vigil = new Vigil(this.clock, patience);
    try {
      return await step(vigil);
    } catch (error) {
      vigil.end();
      throw error;
    }
  }

  private async follow(first: URL, headers: OutboundHeaders = {}, vigil: Vigil) {
    let url = first;
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      const own = url.origin === first.origin ? headers : {};
      const head = await this.send(url, { method: 'GET', headers: own }, vigil);
      const { location } = head.headers;
      if (!REDIRECTS.has(head.statusCode) || location === undefined) return { url, head };
      head.destroy();
      url = this.redirected(url, location);
    }
    throw new TooManyRedirects(MAX_REDIRECTS);
  }

  /** @param location - as Node.js reads headers, a character a byte; servers mean UTF-8 */
  private redirected(from: URL, location: string): URL {
    const to = this.destinations.check(Buffer.from(location, 'latin1').toString(), from);
    if (from.protocol === 'https:' && to.protocol === 'http:')
      throw new UrlNotAllowed(`${from.host} redirects from https to http.`);
    return to;
  }

  private async send(url: URL, message: OutboundMessage, vigil: Vigil): Promise<IncomingMessage> {
    const headers = {
      ...message.headers,
      host: url.host,
      'user-agent': 'Filemill',
      // Encoded bytes are taken nevertheless, but then nobody knows how many there will be.
      'accept-encoding': 'identity',
    };
    try {
      const addresses = await vigil.over(this.destinations.addresses(url));
      return await vigil.over(exchange(url, addresses, { ...message, headers }, vigil.signal));
    } catch (cause) {
      vigil.signal.throwIfAborted();
      if (cause instanceof DomainError) throw cause;
      throw new RemoteUnavailable(`${url.host} cannot be reached, or its answer not be read.`, { cause });
    }
  }

  private refusal(url: URL, { statusCode = 0, headers }: IncomingMessage): DomainError {
    if (statusCode < 500 && !PASSING.has(statusCode)) return new RemoteRefused(url.host, statusCode);
    return new RemoteUnavailable(`${url.host} answered ${statusCode}.`, {
      extensions: { remote_status: statusCode },
      retryAfter: retryAfterSeconds(headers['retry-after'], this.clock.now()),
    });
  }
}

function respond(url: URL, head: IncomingMessage, maxBytes: number, vigil: Vigil): OutboundResponse {
  const body = new ResponseBody(head, maxBytes, vigil);
  return {
    url: url.href,
    status: head.statusCode ?? 0,
    headers: head.headers,
    body: body.read(),
    length: body.length,
    close: () => vigil.end(),
  };
}
