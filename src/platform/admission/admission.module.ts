import { Global, Module } from '@nestjs/common';
import { Backlog } from './backlog';
import { CapacityController } from './capacity.controller';

/** How much work is taken on. */
@Global()
@Module({
  controllers: [CapacityController],
  providers: [Backlog],
  exports: [Backlog],
})
export class AdmissionModule {}
