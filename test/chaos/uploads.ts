import { Client } from '../support/client';
import type { Fleet } from './fleet';

interface Accepted {
  readonly job_id: string;
  readonly filename: string;
}

/** How many words a file has is how it is known again. */
const content = (words: number) => Array.from({ length: words }, (_, i) => `word${i}`).join(' ') + '\n';

/** Callers who hand in files for as long as they are told to, each through whatever api process answers. */
export class Uploads {
  /** Words of the file of each answered job. */
  readonly answered = new Map<string, number>();
  refused = 0;
  unanswered = 0;
  private sent = 0;
  private goesOn = true;
  private readonly callers: Promise<void>[];

  constructor(
    private readonly fleet: Fleet,
    callers: number,
  ) {
    this.callers = Array.from({ length: callers }, () => this.call());
  }

  async stop(): Promise<void> {
    this.goesOn = false;
    await Promise.all(this.callers);
  }

  private async call(): Promise<void> {
    while (this.goesOn) {
      const apis = this.fleet.alive('api');
      if (apis.length > 0) await this.upload(apis[this.sent % apis.length].url);
      else await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Four of five come alone, the fifth as a batch of five. */
  private async upload(url: string): Promise<void> {
    const words = ++this.sent;
    const sizes = words % 5 === 0 ? [1, 2, 3, 4, 5].map((n) => (words % 400) + n) : [(words % 400) + 1];
    const form = new FormData();
    const field = sizes.length > 1 ? 'files' : 'file';
    for (const size of sizes) form.append(field, new Blob([content(size)]), `${size}.txt`);
    const path = sizes.length > 1 ? '/upload/files' : '/upload';
    try {
      const answer = await new Client(url).send(path, { method: 'POST', body: form });
      if (answer.status !== 200) {
        this.refused++;
        return;
      }
      const accepted =
        sizes.length > 1 ? answer.json<{ files: Accepted[] }>().files : [answer.json<Accepted>()];
      for (const { job_id, filename } of accepted) this.answered.set(job_id, Number.parseInt(filename, 10));
    } catch {
      this.unanswered++; // it may be there nevertheless
    }
  }
}
