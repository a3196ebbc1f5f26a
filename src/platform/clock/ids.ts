import { Injectable } from '@nestjs/common';
import { v7 } from 'uuid';
import { Clock } from './clock';

const SEQUENCE_LIMIT = 2 ** 31;

/**
 * Makes identifiers: UUIDv7 (RFC 9562, section 5.7). Those of one process sort in the order they were
 * made, also within a millisecond and when the clock steps back, so that "newest first" is an index scan.
 */
@Injectable()
export class Ids {
  private lastMs = 0;
  private sequence = 0;

  constructor(private readonly clock: Clock) {}

  next(): string {
    const now = this.clock.now();
    if (now > this.lastMs) {
      this.lastMs = now;
      this.sequence = 0;
    } else if (++this.sequence === SEQUENCE_LIMIT) {
      this.lastMs++;
      this.sequence = 0;
    }
    return v7({ msecs: this.lastMs, seq: this.sequence });
  }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Whether a string from outside can be an identifier at all. */
export function isId(text: string): boolean {
  return UUID.test(text);
}
