import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module';
import { ActivityModule } from '../activity/activity.module';
import { JobsModule } from '../jobs/jobs.module';
import { AdminController } from './admin.controller';
import { AdminService } from './admin.service';

/** What administrators see and do. */
@Module({
  imports: [AccountsModule, JobsModule, ActivityModule],
  controllers: [AdminController],
  providers: [AdminService],
})
export class AdminModule {}
