import {
  PostgresAdapter,
  SqliteDialect,
  SqliteQueryCompiler,
  type Kysely,
  type SelectModifierNode,
} from 'kysely';

/** Whether queries go to PostgreSQL: for migrations, where the two databases have no common word. */
// oxlint-disable-next-line typescript/no-explicit-any -- migrations run before anybody knows the tables
export function isPostgres(db: Kysely<any>): boolean {
  return db.getExecutor().adapter instanceof PostgresAdapter;
}

const ROW_LOCKS = new Set<string | undefined>([
  'ForUpdate',
  'ForNoKeyUpdate',
  'ForShare',
  'ForKeyShare',
  'NoWait',
  'SkipLocked',
]);

/** SQLite has one writer at a time, so `for update` and the like ask for what a transaction has anyway. */
class WithoutRowLocks extends SqliteQueryCompiler {
  protected override visitSelectModifier(node: SelectModifierNode): void {
    if (!ROW_LOCKS.has(node.modifier)) super.visitSelectModifier(node);
  }
}

/** SQLite for queries that are written for both databases. */
export class CommonSqliteDialect extends SqliteDialect {
  override createQueryCompiler(): SqliteQueryCompiler {
    return new WithoutRowLocks();
  }
}
