import { sql, type CreateTableBuilder, type Kysely } from 'kysely';
import { isPostgres } from './dialect';

/**
 * For the migration of a table whose rows are numbered (`seq`) in the order in which they happened, and read "after
 * n". To be called with the builder of that table.
 *
 * PostgreSQL hands out numbers before the commit: 8 may be committed while who has 7 is still at it, and whoever has
 * read 8 would never see 7. So a transaction says, before it takes its first number, which was the last one by then
 * (a shared advisory lock of the transaction, which ends when what it did can be seen), and `decided_number()` is the
 * lowest of what those who are still at it have said.
 */
export async function numbered(
  // oxlint-disable-next-line typescript/no-explicit-any -- migrations run before anybody knows the tables
  db: Kysely<any>,
  table: string,
): Promise<(builder: CreateTableBuilder<string>) => CreateTableBuilder<string, 'seq'>> {
  if (!isPostgres(db))
    return (builder) => builder.addColumn('seq', 'integer', (column) => column.primaryKey().autoIncrement());
  const numbers = sequenceOf(table);
  await sql`create sequence if not exists ${sql.id(numbers)}`.execute(db);
  await TAKE.execute(db);
  await DECIDED.execute(db);
  return (builder) =>
    builder.addColumn('seq', 'bigint', (column) =>
      column.primaryKey().defaultTo(sql`next_number(${sql.lit(numbers)})`),
    );
}

export function sequenceOf(table: string): string {
  return `${table}_seq`;
}

/** One lock a transaction, however many numbers it takes: the table of locks is small. */
const TAKE = sql`
  create or replace function next_number(numbers regclass) returns bigint language plpgsql as $$
  declare
    announced text := 'filemill.numbers_' || numbers::oid;
  begin
    if coalesce(current_setting(announced, true), '') = '' then
      perform pg_advisory_xact_lock_shared(
        numbers::oid::int, (coalesce(pg_sequence_last_value(numbers), 0) & 2147483647)::int);
      perform set_config(announced, 'yes', true);
    end if;
    return nextval(numbers);
  end $$`;

/**
 * First the last number, then who is still at it: whoever took a number up to that one is seen, since they said so
 * before. Those who came after it do not count. Locks keep the lower 31 bits of a number: who is further away than
 * half of that is not behind, but ahead.
 */
const DECIDED = sql`
  create or replace function decided_number(numbers regclass) returns bigint language plpgsql as $$
  declare
    last bigint := coalesce(pg_sequence_last_value(numbers), 0);
    behind bigint;
  begin
    select max(distance) into behind from (
      select (last - objid::bigint) & 2147483647 as distance from pg_locks
      where locktype = 'advisory' and objsubid = 2 and classid = numbers::oid
        and database = (select oid from pg_database where datname = current_database())
    ) as announced where distance < 1073741824;
    return last - coalesce(behind, 0);
  end $$`;
