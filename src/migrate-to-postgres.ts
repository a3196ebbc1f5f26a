import { migrateToPostgres } from './maintenance';

void migrateToPostgres();
