import { CacheModule } from '@nestjs/cache-manager';
import { Module } from '@nestjs/common';
import { Keyv } from 'keyv';
import { FilesModule } from '../files/files.module';
import { JobsModule } from '../jobs/jobs.module';
import { BoundedMap } from './bounded-map';
import { FreshValues } from './fresh-values';
import { StatsController } from './stats.controller';
import { StatsService } from './stats.service';

/** Owners whose figures are kept. */
const KEPT = 1_000;

/** The figures of each owner. */
@Module({
  imports: [
    FilesModule,
    JobsModule,
    CacheModule.registerAsync({
      useFactory: () => ({ stores: [new Keyv({ store: new BoundedMap(KEPT) })] }),
    }),
  ],
  controllers: [StatsController],
  providers: [StatsService, FreshValues],
})
export class StatsModule {}
