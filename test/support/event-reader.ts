import type { JobStatusDto } from '@app/jobs/jobs.dto';
import { waitFor } from './client';

export interface ReadEvent {
  readonly id?: string;
  readonly event: string;
  readonly data: JobStatusDto;
}

export interface ReaderOptions {
  readonly lastEventId?: string;
  readonly accept?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Follows a stream of events as it comes, by `fetch` alone. */
export class EventReader {
  /** All that came. */
  text = '';
  hasEnded = false;
  private readonly control = new AbortController();
  private reading!: Promise<void>;

  private constructor(readonly response: Response) {}

  static async open(url: string, { lastEventId, accept, ...more }: ReaderOptions = {}): Promise<EventReader> {
    const headers = new Headers(more.headers);
    if (lastEventId !== undefined) headers.set('Last-Event-ID', lastEventId);
    if (accept !== undefined) headers.set('Accept', accept);
    const control = new AbortController();
    const reader = new EventReader(await fetch(url, { headers, signal: control.signal }));
    reader.control.signal.addEventListener('abort', () => control.abort());
    reader.reading = reader.read();
    return reader;
  }

  /** Events that came whole. */
  get events(): ReadEvent[] {
    const isLines = this.response.headers.get('content-type') === 'application/x-ndjson';
    return isLines ? parseLines(this.text) : parseBlocks(this.text);
  }

  /** Without progress. */
  get transitions(): ReadEvent[] {
    return this.events.filter(({ id }) => id !== undefined);
  }

  get types(): string[] {
    return this.transitions.map(({ event }) => event);
  }

  /** The first event that `accept` takes. */
  async until(accept: (event: ReadEvent) => boolean): Promise<ReadEvent> {
    return (await waitFor(() => this.events.find(accept)))!;
  }

  /** Resolves when the service has ended the stream. */
  async ended(): Promise<this> {
    await this.reading;
    return this;
  }

  async close(): Promise<void> {
    this.control.abort();
    await this.reading.catch(() => {});
  }

  private async read(): Promise<void> {
    const decoder = new TextDecoder();
    try {
      for await (const bytes of this.response.body ?? [])
        this.text += decoder.decode(bytes, { stream: true });
      this.hasEnded = true;
    } catch (error) {
      if (!this.control.signal.aborted) throw error;
    }
  }
}

/** Server-Sent Events, the blocks that have data. */
export function parseBlocks(text: string): ReadEvent[] {
  const blocks = text.slice(0, text.lastIndexOf('\n\n') + 1).split('\n\n');
  return blocks.flatMap((block) => {
    const [, id] = /^id: (.*)$/m.exec(block) ?? [];
    const [, event = ''] = /^event: (.*)$/m.exec(block) ?? [];
    const [, data] = /^data: (.*)$/m.exec(block) ?? [];
    if (data === undefined) return [];
    return [{ ...(id !== undefined && { id }), event, data: JSON.parse(data) as JobStatusDto }];
  });
}

function parseLines(text: string): ReadEvent[] {
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
  return lines.filter(Boolean).map((line) => JSON.parse(line) as ReadEvent);
}
