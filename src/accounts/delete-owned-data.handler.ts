import { Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { OwnedData } from '../platform/owners/owned-data';
import { TaskHandler, type RunningTask } from '../platform/tasks/task-handler';
import { DELETE_OWNED_DATA, type DeleteOwnedData } from './accounts.tasks';

/** Has every feature remove what it keeps for the owner of a deleted account. */
@Injectable()
export class DeleteOwnedDataHandler extends TaskHandler<DeleteOwnedData> {
  override readonly kind = DELETE_OWNED_DATA;

  constructor(private readonly discovery: DiscoveryService) {
    super();
  }

  override async run({ payload }: RunningTask<DeleteOwnedData>): Promise<void> {
    for (const kept of this.everyone()) await kept.deleteOwned(payload.owner);
  }

  /** The last first: what comes late in the order of features makes what those before it keep. */
  private everyone(): OwnedData[] {
    const instances: unknown[] = this.discovery.getProviders().map(({ instance }) => instance as unknown);
    const all = instances.filter((instance) => instance instanceof OwnedData).toReversed();
    return all.toSorted((a, b) => Number(a.isLast) - Number(b.isLast));
  }
}
