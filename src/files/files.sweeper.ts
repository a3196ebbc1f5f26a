import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Clock, type Cancel } from '../platform/clock/clock';
import { Settings } from '../platform/config/settings';
import { BlobStore } from '../platform/storage/blob-store';
import { FilesRepository } from './files.repository';

const BATCH = 500;

export interface Swept {
  /** Writes that never ended. */
  readonly unfinished: number;
  /** Blobs whose transaction never came. */
  readonly orphans: number;
}

/**
 * Removes what a crash left between the first byte of an upload and its transaction. Only what is older
 * than the grace goes, so that nothing in the making is touched.
 */
@Injectable()
export class FilesSweeper implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(FilesSweeper.name);
  private running: Promise<unknown> = Promise.resolve();
  private stop: Cancel = () => {};

  constructor(
    private readonly blobs: BlobStore,
    private readonly files: FilesRepository,
    private readonly clock: Clock,
    private readonly settings: Settings,
  ) {}

  onApplicationBootstrap(): void {
    this.run();
    this.stop = this.clock.every(this.settings.SWEEP_INTERVAL_SECONDS * 1000, () => this.run());
  }

  async onModuleDestroy(): Promise<void> {
    this.stop();
    await this.running;
  }

  /** One round. */
  async sweep(): Promise<Swept> {
    const before = this.clock.now() - this.settings.SWEEP_GRACE_SECONDS * 1000;
    const unfinished = await this.blobs.sweepUnfinished(before);
    const orphans = await this.sweepOrphans(before);
    return { unfinished, orphans };
  }

  private run(): void {
    this.running = this.running
      .then(() => this.sweep())
      .then(
        ({ unfinished, orphans }) => {
          if (unfinished + orphans > 0)
            this.logger.log(`Swept ${unfinished} unfinished and ${orphans} unowned file(s)`);
        },
        (error: unknown) => this.logger.error(`The sweep failed: ${String(error)}`),
      );
  }

  private async sweepOrphans(before: number): Promise<number> {
    let removed = 0;
    let batch: string[] = [];
    for await (const { key, modifiedAt } of this.blobs.list()) {
      if (modifiedAt < before) batch.push(key);
      if (batch.length < BATCH) continue;
      removed += await this.removeOrphans(batch);
      batch = [];
    }
    return removed + (await this.removeOrphans(batch));
  }

  private async removeOrphans(keys: readonly string[]): Promise<number> {
    const owned = await this.files.ownedBlobs(keys);
    const orphans = keys.filter((key) => !owned.has(key));
    await Promise.all(orphans.map((key) => this.blobs.delete(key)));
    return orphans.length;
  }
}
