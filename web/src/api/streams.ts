import type { WatchEventsOptions } from '@filemill/sdk';
import { useEffect } from 'react';
import { mayPass } from './problems';

const RETRY_MS = 3000;

export type StreamState = 'connecting' | 'live' | 'lost';

/** Something that goes on, and what to do about it. */
export interface Stream<T> {
  readonly watch: (options: WatchEventsOptions) => AsyncIterable<T>;
  /** Where to go on after the event. */
  readonly idOf: (event: T) => string | undefined;
  readonly onEvent: (event: T) => void;
  readonly onState: (state: StreamState) => void;
}

/** Tells events to whoever listens. */
export class Broadcast<E> {
  private readonly listeners = new Set<(event: E) => void>();

  tell(event: E): void {
    for (const listener of this.listeners) listener(event);
  }

  /** @returns ends it */
  listen(listener: (event: E) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** What is fetched, with what happens while it is on its way: an event may overtake an answer from before it. */
  async during<T>(fetch: () => Promise<T>, apply: (value: T, event: E) => T): Promise<T> {
    const events: E[] = [];
    const leave = this.listen((event) => events.push(event));
    try {
      const value = await fetch();
      return events.reduce(apply, value);
    } finally {
      leave();
    }
  }
}

/**
 * Follows a stream while the page is in sight: browsers allow few connections to a server, and a tab that nobody
 * looks at should not hold one.
 *
 * @param stream - the same one each time
 */
export function useStream<T>(stream: Stream<T>): void {
  useEffect(() => {
    const follower = new Follower(stream);
    const look = () => follower.setVisible(!document.hidden);
    look();
    document.addEventListener('visibilitychange', look);
    return () => {
      document.removeEventListener('visibilitychange', look);
      follower.setVisible(false);
    };
  }, [stream]);
}

class Follower<T> {
  private stop: AbortController | undefined;
  private lastEventId: string | undefined;

  constructor(private readonly stream: Stream<T>) {}

  setVisible(isVisible: boolean): void {
    if (!isVisible) {
      this.stop?.abort();
      this.stop = undefined;
    } else if (!this.stop) {
      this.stop = new AbortController();
      void this.follow(this.stop.signal);
    }
  }

  private async follow(signal: AbortSignal): Promise<void> {
    const { watch, onState } = this.stream;
    const onConnection = (isConnected: boolean) => onState(isConnected ? 'live' : 'lost');
    while (!signal.aborted) {
      try {
        for await (const event of watch({ signal, lastEventId: this.lastEventId, onConnection }))
          this.take(event);
      } catch (error) {
        if (signal.aborted) return;
        onState('lost');
        if (!mayPass(error)) return;
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS)); // not even the first connection stood
    }
  }

  private take(event: T): void {
    this.lastEventId = this.stream.idOf(event) ?? this.lastEventId;
    this.stream.onEvent(event);
  }
}
