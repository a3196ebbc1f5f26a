/**
 * Something that has happened: past tense, published after the commit, owned by the feature it
 * happened in. Listeners use `@OnEvent(SomethingHappened.type)`.
 */
export abstract class DomainEvent {
  abstract readonly type: string;
}

/**
 * Tells whoever listens. Events are nudges: they may be lost with the process, an error in a listener
 * is only logged, and nothing waits for them. Work that must happen is a task.
 */
export abstract class EventBus {
  abstract publish(event: DomainEvent): void;
}
