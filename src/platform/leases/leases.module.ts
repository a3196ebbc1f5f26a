import { Global, Module } from '@nestjs/common';
import { Clock } from '../clock/clock';
import { Settings } from '../config/settings';
import { DatabaseLeases } from './database.leases';
import { InMemoryLeases } from './in-memory.leases';
import { Leases } from './leases';
import { LeasesRepository } from './leases.repository';
import { LeasesSweeper } from './leases.sweeper';

/** Gives everyone the {@link Leases}: SQLite belongs to one process, which needs no rows for them. */
@Global()
@Module({
  providers: [
    LeasesRepository,
    LeasesSweeper,
    {
      provide: Leases,
      inject: [Settings, LeasesRepository, Clock],
      useFactory: ({ DATABASE_URL }: Settings, rows: LeasesRepository, clock: Clock) =>
        DATABASE_URL === '' ? new InMemoryLeases() : new DatabaseLeases(rows, clock),
    },
  ],
  exports: [Leases],
})
export class LeasesModule {}
