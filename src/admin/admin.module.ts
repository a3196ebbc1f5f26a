import { Module } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService } from '@nestjs/core';
import { AccountsModule } from '../accounts/accounts.module';
import { ActivityModule } from '../activity/activity.module';
import { JobsModule } from '../jobs/jobs.module';
import { Settings } from '../platform/config/settings';
import { RedisConnections } from '../platform/redis/redis.connections';
import { TaskHandler } from '../platform/tasks/task-handler';
import { AdminController } from './admin.controller';
import { AdminService } from './admin.service';
import { QueueBoard } from './queue-board/queue-board';
import { QueueBoardController } from './queue-board/queue-board.controller';

/** What administrators see and do. */
@Module({
  imports: [AccountsModule, JobsModule, ActivityModule, DiscoveryModule],
  controllers: [AdminController, QueueBoardController],
  providers: [
    AdminService,
    {
      provide: QueueBoard,
      inject: [RedisConnections, Settings, DiscoveryService],
      useFactory: createQueueBoard,
    },
  ],
})
export class AdminModule {}

/** Bull Board is loaded only where it is used. */
async function createQueueBoard(
  redis: RedisConnections | undefined,
  { ROLE }: Settings,
  discovery: DiscoveryService,
): Promise<QueueBoard | undefined> {
  if (!redis || ROLE === 'worker') return undefined;
  const { BullQueueBoard } = await import('./queue-board/bull.queue-board.js');
  return new BullQueueBoard(redis, () => kindsOf(discovery));
}

function kindsOf(discovery: DiscoveryService): string[] {
  const instances: unknown[] = discovery.getProviders().map(({ instance }) => instance as unknown);
  return instances.flatMap((instance) => (instance instanceof TaskHandler ? instance.kind : [])).toSorted();
}
