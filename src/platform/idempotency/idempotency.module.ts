import { Global, Module } from '@nestjs/common';
import { IdempotencyRepository } from './idempotency.repository';
import { KeysUnderWay } from './keys-under-way';
import { RepliesSweeper } from './replies.sweeper';

/** What the `IdempotencyInterceptor` of a route stands on; forgets replies that are too old. */
@Global()
@Module({
  providers: [IdempotencyRepository, KeysUnderWay, RepliesSweeper],
  exports: [IdempotencyRepository, KeysUnderWay],
})
export class IdempotencyModule {}
