import type { Owner } from '../../platform/http/caller.decorator';
import { type EventStream, StreamedEvent } from '../../platform/http/event-stream';
import { toEntryDto } from '../activity.dto';
import type { ActivityRepository, NumberedEntry } from '../activity.repository';

/** Entries read at once. */
const PAGE = 50;

/**
 * One who follows the log of an owner: every entry is sent once, in order. Whoever reads slowly costs no memory: only
 * how far it has come is remembered, and the rest is read when it is ready.
 */
export class ActivityStream {
  private isReading = false;
  private readAgain = false;

  /** @param position - the number of the last entry that need not be sent */
  constructor(
    readonly owner: Owner,
    private readonly stream: EventStream,
    private readonly entries: ActivityRepository,
    private position: number,
  ) {}

  /** Sends what was written down since, at the client's pace. */
  async catchUp(): Promise<void> {
    this.readAgain = true;
    if (this.isReading) return;
    this.isReading = true;
    try {
      while (this.readAgain && this.stream.isOpen) {
        await this.stream.drained();
        await this.sendPage();
      }
    } catch {
      this.end(); // the rows cannot be read now: the client comes back
    } finally {
      this.isReading = false;
    }
  }

  beat(): void {
    this.stream.beat();
  }

  end(): void {
    this.stream.end();
  }

  private async sendPage(): Promise<void> {
    this.readAgain = false;
    const page = await this.entries.after(this.owner, this.position, PAGE);
    if (page.length === PAGE) this.readAgain = true;
    for (const each of page) if (this.stream.isOpen) this.send(each);
  }

  private send({ seq, entry }: NumberedEntry): void {
    this.stream.send(new StreamedEvent(entry.type, toEntryDto(entry), entry.entryId));
    this.position = seq;
  }
}
