import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import type { Database, Migrations, MigrationSet } from './database';
import { PostgresDatabase } from './postgres.database';
import { SqliteDatabase } from './sqlite.database';

/**
 * The PostgreSQL database that tests are to use, whose user may create schemas there; undefined: they use SQLite.
 */
export function postgresOfTests(): string | undefined {
  return process.env['TEST_DATABASE_URL']; // oxlint-disable-line no-process-env -- no setting of the service
}

/** An empty schema of its own in that database, which is all that who connects by it sees. @returns its URL */
export async function createPostgres(server: string): Promise<string> {
  const schema = `filemill_test_${randomUUID().replaceAll('-', '')}`;
  await executePostgres(server, `create schema ${schema}`);
  const url = new URL(server);
  url.searchParams.set('options', `-c search_path=${schema}`);
  return url.href;
}

/** A database of its own that begins as a copy of `template`, to which nobody is connected. @returns its URL */
export async function copyPostgres(template: string): Promise<string> {
  const url = new URL(template);
  const copy = `filemill_test_${randomUUID().replaceAll('-', '')}`;
  await executePostgres(maintenanceOf(url), `create database ${copy} template ${databaseOf(url)}`);
  url.pathname = copy;
  return url.href;
}

/** What {@link createPostgres} or {@link copyPostgres} made, whoever is connected. */
export async function dropPostgres(url: string): Promise<void> {
  const parsed = new URL(url);
  const schema = /search_path=(\w+)/.exec(parsed.searchParams.get('options') ?? '')?.[1];
  if (schema === undefined)
    return executePostgres(maintenanceOf(parsed), `drop database ${databaseOf(parsed)} with (force)`);
  await executePostgres(url, `set client_min_messages = warning; drop schema if exists ${schema} cascade`);
}

function databaseOf({ pathname }: URL): string {
  return pathname.slice(1);
}

/** The same server, by the database that is there for that. */
function maintenanceOf(url: URL): string {
  return Object.assign(new URL(url), { pathname: 'template1' }).href;
}

export async function executePostgres(url: string, commands: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(commands);
  await client.end();
}

/** One database, empty at first, opened as often as a test needs, as other processes would open it. */
export class TestDatabase {
  private readonly opened: Database[] = [];

  private constructor(
    /** How a process opens it. */
    private readonly connect: (
      migrations: Migrations,
      further?: readonly MigrationSet[],
    ) => Promise<Database>,
    private readonly erase: () => Promise<void>,
  ) {}

  /** On what the environment says. */
  static create(server = postgresOfTests()): Promise<TestDatabase> {
    return server === undefined ? TestDatabase.inDirectory() : TestDatabase.onServer(server);
  }

  async open(migrations: Migrations, further?: readonly MigrationSet[]): Promise<Database> {
    const database = await this.connect(migrations, further);
    this.opened.push(database);
    return database;
  }

  /** Also closes what is open. */
  async remove(): Promise<void> {
    await Promise.all(this.opened.splice(0).map((database) => database.close()));
    await this.erase();
  }

  private static async inDirectory(): Promise<TestDatabase> {
    const directory = mkdtempSync(join(tmpdir(), 'filemill-database-'));
    return new TestDatabase(
      (...migrations) => SqliteDatabase.open(directory, ...migrations),
      async () => rmSync(directory, { recursive: true }),
    );
  }

  private static async onServer(server: string): Promise<TestDatabase> {
    const url = await createPostgres(server);
    return new TestDatabase(
      (...migrations) => PostgresDatabase.open(url, ...migrations),
      () => dropPostgres(url),
    );
  }
}
