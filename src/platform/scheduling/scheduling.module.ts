import { Global, Module, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService } from '@nestjs/core';
import { Sweeper } from '../clock/sweeper';
import { Settings } from '../config/settings';
import { Leadership } from './leadership';
import { LeasedLeadership } from './leased.leadership';

/** Gives everyone the {@link Leadership}, finds the sweepers, and has them work for as long as a worker runs. */
@Global()
@Module({
  imports: [DiscoveryModule],
  providers: [{ provide: Leadership, useClass: LeasedLeadership }],
  exports: [Leadership],
})
export class SchedulingModule implements OnApplicationBootstrap, OnModuleDestroy {
  private sweepers: readonly Sweeper[] = [];

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly leadership: Leadership,
    private readonly settings: Settings,
  ) {}

  onApplicationBootstrap(): void {
    if (this.settings.ROLE === 'api') return;
    this.sweepers = this.findSweepers();
    for (const sweeper of this.sweepers) sweeper.start(this.leadership);
  }

  /**
   * One round of each, whoever leads: for a process that does nothing else.
   *
   * @throws AggregateError when some failed; the others had their round nevertheless
   */
  async sweepOnce(): Promise<void> {
    const errors: unknown[] = [];
    for (const sweeper of this.findSweepers()) {
      await sweeper.sweep().catch((error: unknown) => errors.push(error));
    }
    if (errors.length > 0) throw new AggregateError(errors, `${errors.length} of the sweeps failed.`);
  }

  /** Waits for the rounds that run. */
  async onModuleDestroy(): Promise<void> {
    await Promise.all(this.sweepers.map((sweeper) => sweeper.stop()));
  }

  private findSweepers(): Sweeper[] {
    const instances: unknown[] = this.discovery.getProviders().map(({ instance }) => instance as unknown);
    return [...new Set(instances.filter((instance) => instance instanceof Sweeper))];
  }
}
