import { sql, type Expression, type SqlBool } from 'kysely';

/** Whether a column contains `text`, whatever the case of ASCII letters; wildcards in it mean themselves. */
export function contains(column: Expression<string>, text: string): Expression<SqlBool> {
  const pattern = `%${text.toLowerCase().replaceAll(/[\\%_]/g, '\\$&')}%`;
  return sql<SqlBool>`lower(${column}) like ${pattern} escape '\\'`;
}
