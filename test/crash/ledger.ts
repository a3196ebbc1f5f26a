import { makeText, type KnownText } from '../support/known-text';
import type { ServiceClient } from '../support/service-client';

/** What was sent, and which of it was answered as stored. It outlives the servers. */
export class Ledger {
  readonly sent = new Map<string, KnownText>();
  /** Names of the texts that got a 2xx. */
  readonly accepted = new Set<string>();
  /** Names of the texts that a later download gave back unchanged. */
  readonly verified = new Set<string>();
  private readonly answered = new Set<number>();

  /** Every status that came back, in ascending order. */
  get statuses(): number[] {
    return [...this.answered].toSorted((a, b) => a - b);
  }

  /** Sends a new text; an answer that does not come is what is to be expected of a server that dies. */
  async send(client: ServiceClient, bytes: number, fields?: Readonly<Record<string, string>>): Promise<void> {
    const text = makeText(`text-${this.sent.size + 1}.txt`, bytes);
    this.sent.set(text.name, text);
    try {
      const response = await client.upload(text.name, text.content, fields);
      this.answered.add(response.status);
      if (response.ok) this.accepted.add(text.name);
      await response.arrayBuffer();
    } catch {
      // No answer, or half of one.
    }
  }
}

export interface Load {
  readonly clients: number;
  /** Sizes of the texts of each client, over and over. */
  readonly sizes: readonly number[];
  readonly until: () => boolean;
}

/** Several clients at once, each sending one text after the other. */
export async function sendConcurrently(
  ledger: Ledger,
  client: ServiceClient,
  { clients, sizes, until }: Load,
): Promise<void> {
  const sendOn = async (first: number) => {
    for (let i = first; !until(); i++) await ledger.send(client, sizes[i % sizes.length]);
  };
  await Promise.all(Array.from({ length: clients }, (_, i) => sendOn(i)));
}
