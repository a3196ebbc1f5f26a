import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module';
import { JobsModule } from '../jobs/jobs.module';
import { ActivityBuffer } from './activity.buffer';
import { ActivityController } from './activity.controller';
import { ActivityLog } from './activity.log';
import { ActivityRecorder } from './activity.recorder';
import { ActivityRepository } from './activity.repository';
import { ActivityService } from './activity.service';
import { ActivitySweeper } from './activity.sweeper';
import { ActivityFeed } from './live/activity-feed';
import { ActivityStreamController } from './live/activity-stream.controller';
import { OwnedActivity } from './owned-activity';

/** The log of what happened. */
@Module({
  imports: [AccountsModule, JobsModule],
  controllers: [ActivityController, ActivityStreamController],
  providers: [
    ActivityRepository,
    ActivityLog,
    ActivityService,
    ActivityRecorder,
    ActivityBuffer,
    ActivityFeed,
    ActivitySweeper,
    OwnedActivity,
  ],
  exports: [ActivityService],
})
export class ActivityModule {}
