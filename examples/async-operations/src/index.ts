import type { Extension } from 'filemill/plugin-api';
import { AsyncOperationsModule } from './async-operations.module';
import { operationsMigrations } from './operations.repository';

/** The routes of the async tutorials: `start([asyncOperations])`. */
export const asyncOperations: Extension = {
  name: 'async-operations',
  module: AsyncOperationsModule,
  migrations: operationsMigrations,
};
