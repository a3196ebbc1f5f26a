import { OnEvent } from '@nestjs/event-emitter';

const PREFIX = 'elsewhere ';

/** How often those who listen for notices look at the rows while none can come. */
export const LOOK_MS = 1_000;

/** Under what name listeners are told that notices were missed. */
export const NOTICES_MISSED = 'notices missed';

/** Under what name listeners are told of an event that happened in another instance. */
export function noticeOf(type: string): string {
  return PREFIX + type;
}

/** The type of event that listeners under a name are told of; undefined when they listen for something else. */
export function typeOfNotice(name: string): string | undefined {
  return name.startsWith(PREFIX) ? name.slice(PREFIX.length) : undefined;
}

/**
 * Called with the `notice` of each event of these types that happened in another instance. What nobody listens for is
 * not even received.
 */
export function OnNotice(...types: readonly string[]): MethodDecorator {
  return (...target) => types.forEach((type) => OnEvent(noticeOf(type))(...target));
}

/** Called when notices may have been missed: whatever they would have told is to be looked for. */
export function OnNoticesMissed(): MethodDecorator {
  return OnEvent(NOTICES_MISSED);
}
