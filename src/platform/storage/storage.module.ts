import { Global, Module } from '@nestjs/common';
import { join } from 'node:path';
import { Settings } from '../config/settings';
import { BlobStore } from './blob-store';
import { LocalBlobStore } from './local.blob-store';

/** Gives everyone the {@link BlobStore}. */
@Global()
@Module({
  providers: [
    {
      provide: BlobStore,
      inject: [Settings],
      useFactory: ({ DATA_DIR }: Settings) => new LocalBlobStore(join(DATA_DIR, 'files')),
    },
  ],
  exports: [BlobStore],
})
export class StorageModule {}
