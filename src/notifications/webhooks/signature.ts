import { createHmac, randomBytes } from 'node:crypto';

const MARK = 'whsec_';

/** A secret as receivers are told it: 256 random bits in Base64 behind a mark that scanners look for. */
export function newSecret(): string {
  return MARK + randomBytes(32).toString('base64');
}

/** What is signed: Standard Webhooks 1.0 (https://www.standardwebhooks.com). */
export interface SignedMessage {
  readonly id: string;
  /** Seconds since the Unix epoch. */
  readonly timestamp: number;
  readonly body: string;
}

/** The headers of a message, with a signature for each secret: one that the receiver knows is enough. */
export function signedHeaders(
  { id, timestamp, body }: SignedMessage,
  secrets: readonly string[],
): Record<string, string> {
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(MARK.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  });
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signatures.join(' '),
  };
}
