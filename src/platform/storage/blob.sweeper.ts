import { Injectable } from '@nestjs/common';
import { Clock } from '../clock/clock';
import { Sweeper } from '../clock/sweeper';
import { Settings } from '../config/settings';
import type { BlobOwner } from './blob-owner';
import { BlobStore } from './blob-store';

const BATCH = 500;

export interface Swept {
  /** Writes that never ended. */
  readonly unfinished: number;
  /** Blobs whose transaction never came. */
  readonly orphans: number;
}

/**
 * Removes what a crash left between the first byte of a blob and the transaction that names it. Only what
 * is older than the grace goes, so that nothing in the making is touched.
 */
@Injectable()
export class BlobSweeper extends Sweeper {
  private readonly owners = new Map<string, BlobOwner>();

  constructor(
    private readonly blobs: BlobStore,
    clock: Clock,
    private readonly settings: Settings,
  ) {
    super(clock, settings.SWEEP_INTERVAL_SECONDS * 1000, true);
  }

  /** One round. Blobs under a prefix that nobody owns are left alone: their owner may not be installed now. */
  override async sweep(): Promise<Swept> {
    const before = this.clock.now() - this.settings.SWEEP_GRACE_SECONDS * 1000;
    const unfinished = await this.blobs.sweepUnfinished(before);
    let orphans = 0;
    for (const owner of this.owners.values()) orphans += await this.sweepOrphans(owner, before);
    if (unfinished + orphans > 0)
      this.logger.log(`Swept ${unfinished} unfinished and ${orphans} unowned blob(s)`);
    return { unfinished, orphans };
  }

  /** Asks this owner at every sweep from now on. @throws Error when another has the same prefix */
  ask(owner: BlobOwner): void {
    if (this.owners.has(owner.prefix)) throw new Error(`Two owners have the blobs under '${owner.prefix}/'.`);
    this.owners.set(owner.prefix, owner);
  }

  private async sweepOrphans(owner: BlobOwner, before: number): Promise<number> {
    let removed = 0;
    let batch: string[] = [];
    for await (const { key, modifiedAt } of this.blobs.list(owner.prefix)) {
      if (this.stopping) break;
      if (modifiedAt < before) batch.push(key);
      if (batch.length < BATCH) continue;
      removed += await this.removeOrphans(owner, batch);
      batch = [];
    }
    return removed + (await this.removeOrphans(owner, batch));
  }

  private async removeOrphans(owner: BlobOwner, keys: readonly string[]): Promise<number> {
    const owned = await owner.ownedBlobs(keys);
    const orphans = keys.filter((key) => !owned.has(key));
    await Promise.all(orphans.map((key) => this.blobs.delete(key)));
    return orphans.length;
  }
}
