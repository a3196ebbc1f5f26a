import type { Migrations } from '../platform/database/database';

export interface UserRow {
  user_id: string;
  username: string;
  /** Folded, so that names which look alike to people are the same name. */
  username_key: string;
  email: string | null;
  /** Folded likewise; null for users of an issuer, whose addresses are not ours to keep apart. */
  email_key: string | null;
  full_name: string | null;
  /** Null for users of an issuer. */
  password_hash: string | null;
  issuer: string | null;
  subject: string | null;
  created_at: number;
}

export interface SessionRow {
  session_id: string;
  user_id: string;
  created_at: number;
  expires_at: number;
}

export interface RefreshTokenRow {
  token_hash: string;
  session_id: string;
  created_at: number;
  /** A token works once: when it comes again, it was stolen. */
  used_at: number | null;
}

export interface ApiKeyRow {
  key_id: string;
  user_id: string;
  name: string;
  prefix: string;
  key_hash: string;
  /** Separated by spaces. */
  scopes: string;
  created_at: number;
  expires_at: number | null;
  last_used_at: number | null;
}

declare module '../platform/database/database' {
  interface Tables {
    users: UserRow;
    sessions: SessionRow;
    refresh_tokens: RefreshTokenRow;
    api_keys: ApiKeyRow;
  }
}

export const accountMigrations: Migrations = {
  '0014-users': {
    async up(db) {
      await db.schema
        .createTable('users')
        .addColumn('user_id', 'text', (column) => column.primaryKey())
        .addColumn('username', 'text', (column) => column.notNull())
        .addColumn('username_key', 'text', (column) => column.notNull().unique())
        .addColumn('email', 'text')
        .addColumn('email_key', 'text', (column) => column.unique())
        .addColumn('full_name', 'text')
        .addColumn('password_hash', 'text')
        .addColumn('issuer', 'text')
        .addColumn('subject', 'text')
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addUniqueConstraint('users_by_subject', ['issuer', 'subject'])
        .execute();
    },
  },
  '0015-sessions': {
    async up(db) {
      await db.schema
        .createTable('sessions')
        .addColumn('session_id', 'text', (column) => column.primaryKey())
        .addColumn('user_id', 'text', (column) =>
          column.notNull().references('users.user_id').onDelete('cascade'),
        )
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('expires_at', 'bigint', (column) => column.notNull())
        .execute();
      await db.schema.createIndex('sessions_by_user').on('sessions').column('user_id').execute();
      await db.schema.createIndex('sessions_by_expiry').on('sessions').column('expires_at').execute();
      await db.schema
        .createTable('refresh_tokens')
        .addColumn('token_hash', 'text', (column) => column.primaryKey())
        .addColumn('session_id', 'text', (column) =>
          column.notNull().references('sessions.session_id').onDelete('cascade'),
        )
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('used_at', 'bigint')
        .execute();
      await db.schema
        .createIndex('refresh_tokens_by_session')
        .on('refresh_tokens')
        .column('session_id')
        .execute();
    },
  },
  '0016-api-keys': {
    async up(db) {
      await db.schema
        .createTable('api_keys')
        .addColumn('key_id', 'text', (column) => column.primaryKey())
        .addColumn('user_id', 'text', (column) =>
          column.notNull().references('users.user_id').onDelete('cascade'),
        )
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('prefix', 'text', (column) => column.notNull().unique())
        .addColumn('key_hash', 'text', (column) => column.notNull())
        .addColumn('scopes', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('expires_at', 'bigint')
        .addColumn('last_used_at', 'bigint')
        .execute();
      await db.schema.createIndex('api_keys_by_user').on('api_keys').columns(['user_id', 'key_id']).execute();
    },
  },
};
