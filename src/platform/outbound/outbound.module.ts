import { Global, Module } from '@nestjs/common';
import { Destinations } from './destinations';
import { NameResolver, SystemNameResolver } from './name-resolver';
import { OutboundHttp } from './outbound-http';

/** The guarded way out, for everyone. */
@Global()
@Module({
  providers: [Destinations, OutboundHttp, { provide: NameResolver, useClass: SystemNameResolver }],
  exports: [OutboundHttp],
})
export class OutboundModule {}
