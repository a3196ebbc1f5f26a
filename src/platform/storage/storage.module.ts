import { Global, Module, type OnModuleInit } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService } from '@nestjs/core';
import { join } from 'node:path';
import { Settings } from '../config/settings';
import { BlobOwner } from './blob-owner';
import { BlobStore } from './blob-store';
import { BlobSweeper } from './blob.sweeper';
import { LocalBlobStore } from './local.blob-store';

/** Gives everyone the {@link BlobStore}, and sweeps it. */
@Global()
@Module({
  imports: [DiscoveryModule],
  providers: [
    BlobSweeper,
    {
      provide: BlobStore,
      inject: [Settings],
      useFactory: openStore,
    },
  ],
  exports: [BlobStore],
})
export class StorageModule implements OnModuleInit {
  constructor(
    private readonly sweeper: BlobSweeper,
    private readonly discovery: DiscoveryService,
  ) {}

  onModuleInit(): void {
    const instances: unknown[] = this.discovery.getProviders().map(({ instance }) => instance as unknown);
    for (const owner of instances.filter((instance) => instance instanceof BlobOwner))
      this.sweeper.ask(owner);
  }
}

/** The SDK of S3 is loaded only where it is used: it would be most of the time that the service takes to start. */
async function openStore(settings: Settings): Promise<BlobStore> {
  if (settings.S3_BUCKET === '') return new LocalBlobStore(join(settings.DATA_DIR, 'files'));
  const { openS3 } = await import('./s3/open-s3.js');
  return openS3(settings);
}
