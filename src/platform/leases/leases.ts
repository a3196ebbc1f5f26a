/** What somebody has of a name, until it is given back or lost. */
export interface Lease {
  /** Whether it is still held, as far as this process knows. */
  readonly isHeld: boolean;

  /** Gives it back; the next one may have it when this resolves. Never rejects, and may be called twice. */
  release(): Promise<void>;
}

/**
 * What one at a time may have, of all in the instances that share a database: names, held for as long as it takes.
 *
 * - Who lives and reaches the database keeps what it has. What somebody had who is gone is free after {@link LEASE_MS}.
 * - Nobody waits here: a name is to be had now or not.
 * - Who was cut off from the database for longer may have lost a lease to somebody else before it knows. So whatever is
 *   done under one is decided by a conditional write in the end, or bears being done twice.
 */
export abstract class Leases {
  /**
   * The name, if nobody has it, here or elsewhere.
   *
   * @param onWanted - called when somebody else wants it, perhaps again and again, and when it was lost
   */
  abstract take(name: string, onWanted?: () => void): Promise<Lease | undefined>;

  /** Has whoever holds the name told that it is wanted, within about a second. */
  abstract want(name: string): Promise<void>;
}

/** How long a name stays with a process that does not renew it. */
export const LEASE_MS = 10_000;
