import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import type { Clock, Cancel } from '../clock/clock';
import type { Settings } from '../config/settings';
import type { EventStream } from './event-stream';
import { TooManyStreams } from './live.errors';

const BEAT_MS = 15_000;

/** What one follower is told, from where it stands. */
export interface Follower {
  /** Tells what is there already. Never rejects. */
  catchUp(): Promise<void>;
  /** Shows that the connection lives. */
  beat(): void;
  end(): void;
}

/** Those who follow something live: MAX_LIVE_STREAMS at most, each with a sign of life now and then, until the service ends. */
export abstract class LiveFeed<F extends Follower> implements OnApplicationBootstrap, OnModuleDestroy {
  protected readonly streams = new Set<F>();
  private isDraining = false;
  private stopBeat: Cancel = () => {};

  protected constructor(
    private readonly clock: Clock,
    private readonly settings: Settings,
  ) {}

  /** How many follow. */
  get size(): number {
    return this.streams.size;
  }

  onApplicationBootstrap(): void {
    this.stopBeat = this.clock.every(BEAT_MS, () => this.beat());
  }

  /** Ends every stream, so that the server can close. Those that come yet get what there is, and end. */
  onModuleDestroy(): void {
    this.isDraining = true;
    this.stopBeat();
    for (const stream of this.streams) stream.end();
  }

  /** Looks for what those who follow have not been told: events may be lost. */
  protected abstract look(): void;

  /** @throws TooManyStreams */
  protected checkRoom(): void {
    if (this.size >= this.settings.MAX_LIVE_STREAMS) throw new TooManyStreams(this.size);
  }

  protected follow(stream: F, connection: EventStream): void {
    this.add(stream);
    connection.onClose(() => this.remove(stream));
    void stream.catchUp().then(() => this.isDraining && stream.end());
  }

  protected add(stream: F): void {
    this.streams.add(stream);
  }

  protected remove(stream: F): void {
    this.streams.delete(stream);
  }

  private beat(): void {
    for (const stream of this.streams) stream.beat();
    this.look();
  }
}
