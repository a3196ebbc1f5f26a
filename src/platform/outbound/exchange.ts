import type { LookupAddress } from 'node:dns';
import { request as requestHttp, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';

export interface OutboundMessage {
  readonly method: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body?: Buffer;
}

/**
 * Sends one request to one of the addresses and gives back the head of the answer. The connection serves this
 * request alone and is destroyed with the signal. Virtual hosts and certificates go by the name in the URL.
 *
 * @throws Error of the network, of TLS or of the HTTP parser
 */
export function exchange(
  url: URL,
  addresses: readonly LookupAddress[],
  { method, headers, body }: OutboundMessage,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const open = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    open(url, { method, headers, signal, agent: false, lookup: pinnedTo(addresses) })
      .on('response', resolve)
      .on('error', reject)
      // Without an error when the answer is a switch of protocols.
      .on('close', () => reject(new Error('The connection was closed without an answer.')))
      .end(body);
  });
}

/** Answers in place of the resolver, so that what was judged is what is connected to. */
function pinnedTo(addresses: readonly LookupAddress[]): LookupFunction {
  return (_name, { all }, callback) => {
    const [first] = addresses;
    if (all) callback(null, [...addresses]);
    else callback(null, first?.address ?? '', first?.family);
  };
}
