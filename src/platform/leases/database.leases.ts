import { Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import type { Cancel, Clock } from '../clock/clock';
import type { LeasesRepository } from './leases.repository';
import { LEASE_MS, Leases, type Lease } from './leases';

/** How often it is looked whether somebody wants what is held here. */
const LOOK_MS = 1_000;
const RENEW_MS = 3 * LOOK_MS;

/** A name that this process has, or is about to have. */
class Held {
  /** Undefined while it is not had yet, or not any more. */
  until: number | undefined;

  constructor(
    readonly name: string,
    readonly onWanted: () => void,
  ) {}
}

/** Names of several instances: rows that their holder renews. Who holds nothing asks nothing. */
export class DatabaseLeases extends Leases implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(DatabaseLeases.name);
  private readonly holder = randomUUID();
  private readonly held = new Map<string, Held>();
  private renewAt = 0;
  private isLooking = false;
  private stop: Cancel = () => {};

  constructor(
    private readonly rows: LeasesRepository,
    private readonly clock: Clock,
  ) {
    super();
  }

  onApplicationBootstrap(): void {
    this.stop = this.clock.every(LOOK_MS, () => void this.look());
  }

  /** What is still held is free at once. */
  async onApplicationShutdown(): Promise<void> {
    this.stop();
    await this.rows.removeAll(this.holder).catch(() => {}); // it ends by itself
  }

  override async take(name: string, onWanted = () => {}): Promise<Lease | undefined> {
    this.loseIfLapsed(name);
    if (this.held.has(name)) return undefined;
    const held = new Held(name, onWanted);
    this.held.set(name, held); // nobody here asks for it meanwhile
    try {
      const now = this.clock.now();
      if (await this.rows.take(name, this.holder, now, now + LEASE_MS)) held.until = now + LEASE_MS;
    } finally {
      if (held.until === undefined) this.held.delete(name);
    }
    return held.until === undefined ? undefined : this.toLease(held);
  }

  override want(name: string): Promise<void> {
    return this.rows.want(name);
  }

  private toLease(held: Held): Lease {
    const isHeld = () => this.has(held);
    return {
      get isHeld() {
        return isHeld();
      },
      release: () => this.release(held),
    };
  }

  private has(held: Held): boolean {
    return held.until !== undefined && held.until > this.clock.now();
  }

  private async release(held: Held): Promise<void> {
    if (held.until === undefined) return;
    held.until = undefined;
    await this.rows.remove(held.name, this.holder).catch(() => {}); // it ends by itself
    this.held.delete(held.name); // nobody here asked for it meanwhile
  }

  private async look(): Promise<void> {
    const known = [...this.held.values()].filter(({ until }) => until !== undefined);
    if (known.length === 0 || this.isLooking) return;
    this.isLooking = true;
    try {
      if (this.clock.now() >= this.renewAt) await this.renew(known);
      const rows = new Map((await this.rows.of(this.holder)).map(({ name, wanted }) => [name, wanted]));
      for (const held of known) this.judge(held, rows.get(held.name));
    } catch (error) {
      this.logger.warn(`Leases could not be renewed: ${String(error)}`);
      for (const held of known) if (!this.has(held)) this.lose(held);
    } finally {
      this.isLooking = false;
    }
  }

  private async renew(known: readonly Held[]): Promise<void> {
    const now = this.clock.now();
    const renewed = await this.rows.renew(
      this.holder,
      known.map(({ name }) => name),
      now + LEASE_MS,
    );
    for (const held of known)
      if (renewed.has(held.name) && held.until !== undefined) held.until = now + LEASE_MS;
    this.renewAt = now + RENEW_MS;
  }

  /** @param wanted - undefined when the row is somebody else's by now, or was given back meanwhile */
  private judge(held: Held, wanted: number | undefined): void {
    if (wanted === undefined) this.lose(held);
    else if (wanted !== 0 && this.has(held)) held.onWanted();
  }

  /** Whoever has it here was away for too long to renew it, and does not know yet. */
  private loseIfLapsed(name: string): void {
    const held = this.held.get(name);
    if (held && !this.has(held)) this.lose(held);
  }

  private lose(held: Held): void {
    if (held.until === undefined) return;
    held.until = undefined;
    this.held.delete(held.name);
    held.onWanted();
  }
}
