import { sql, type Expression, type SqlBool } from 'kysely';

/**
 * Whether a column contains `text`; wildcards in it mean themselves. Letters match whatever their case as
 * far as the database folds it on both sides: SQLite folds those of ASCII.
 */
export function contains(column: Expression<string>, text: string): Expression<SqlBool> {
  const pattern = `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`;
  return sql<SqlBool>`lower(${column}) like lower(${pattern}) escape '\\'`;
}
