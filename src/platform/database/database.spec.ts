import { databaseContract } from './database.contract';
import { TestDatabase } from './databases.harness';

databaseContract(() => TestDatabase.create());
