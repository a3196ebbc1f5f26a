/** What other instances are told of an event: which rows it is about, as JSON values. */
export type Notice = Readonly<Record<string, string | number | readonly string[]>>;

/**
 * Something that has happened: past tense, published after the commit, owned by the feature it
 * happened in. Listeners use `@OnEvent(SomethingHappened.type)`, and `@OnNotice()` for what happened elsewhere.
 */
export abstract class DomainEvent {
  abstract readonly type: string;

  /** What other instances are told; an event without one stays in its process. */
  get notice(): Notice | undefined {
    return undefined;
  }
}

/**
 * Tells whoever listens. Events are nudges: they may be lost with the process, an error in a listener
 * is only logged, and nothing waits for them. Work that must happen is a task.
 *
 * - Listeners of this process get the event itself, before `publish` returns.
 * - Listeners of other instances that share the database get its {@link Notice}, at least for as long as Redis answers.
 * - Whenever notices may have been lost, those who listen for them are told so (`@OnNoticesMissed()`), soon after and,
 *   while none come, about once a second: they look at the rows.
 */
export abstract class EventBus {
  abstract publish(event: DomainEvent): void;
}
