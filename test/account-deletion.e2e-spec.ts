import { Database } from '@app/platform/database/database';
import { isPostgres } from '@app/platform/database/dialect';
import { SEND_MAIL } from '@app/platform/mail/mail-queue';
import { TaskQueue } from '@app/platform/tasks/task-queue';
import type { ReportDto } from '@app/reports/reports.dto';
import type { UserDto } from '@app/accounts/users.dto';
import { sql } from 'kysely';
import { keyOf, login, newUser, PASSWORD, sendLogin, withToken } from './support/accounts';
import { startApp, type TestApp } from './support/app';
import { Client, waitFor } from './support/client';
import { Gates } from './support/gates';
import { expectProblem } from './support/problem';
import { testProcessor } from './support/test-processors';
import { stored } from './support/traces';
import { metadata, TUS } from './support/tus';

let service: TestApp;
beforeAll(async () => {
  service = await startApp({ processors: [testProcessor('deriving'), testProcessor('gated')] });
});
afterAll(() => service.close());

/** Columns that say whose a row is. */
const ON_POSTGRES = sql<{ table: string; column: string }>`
  select table_name as "table", column_name as "column" from information_schema.columns
  where table_schema = current_schema() and column_name in ('owner', 'user_id')`;
const ON_SQLITE = sql<{ table: string; column: string }>`
  select tables.name as "table", columns.name as "column"
  from sqlite_master as tables, pragma_table_info(tables.name) as columns
  where tables.type = 'table' and columns.name in ('owner', 'user_id')`;

/** Of every table, the rows that say whose they are, and that they are this one's. */
async function rowsOf(userId: string): Promise<Record<string, number>> {
  const { committed } = service.app.get(Database);
  const counts: Record<string, number> = {};
  const columns = isPostgres(committed) ? ON_POSTGRES : ON_SQLITE;
  for (const { table, column } of (await columns.execute(committed)).rows) {
    const query = sql<{
      count: number;
    }>`select count(*) as count from ${sql.table(table)} where ${sql.ref(column)} = ${userId}`;
    counts[`${table}.${column}`] = (await query.execute(committed)).rows[0].count;
  }
  return counts;
}

async function filesKept(): Promise<string[]> {
  const { blobs, unfinished, growing } = await stored(service);
  return [...blobs, ...unfinished, ...growing.map(({ name }) => name)];
}

describe('deleting an account', () => {
  it('needs the password', async () => {
    const user = await newUser(service.url, 'grace');
    for (const body of [{}, { password: 'wrong password' }])
      expectProblem(await user.sendJson('/users/me', body, 'DELETE'), {
        status: 401,
        code: 'wrong_credentials',
      });
    expect((await user.send('/users/me')).status).toBe(200);
  });

  it('leaves nothing of what it owned, in whatever state, and all of the others', async () => {
    const other = await newUser(service.url, 'other');
    const kept = await other.upload('kept');
    await other.settled(kept.job_id);
    const keptFiles = await filesKept();

    await service.app.get(TaskQueue).pause([SEND_MAIL]); // a mail that still waits goes too
    const user = await newUser(service.url, 'ada');
    const { user_id } = (await user.send('/users/me')).json<UserDto>();
    const machine = await keyOf(user);
    const elsewhere = withToken(service.url, (await login(service.url, 'ada')).access_token);
    await user.sendJson('/users/me/notifications', { job_finished_email: true }, 'PUT');
    await user.sendJson('/webhooks', { url: 'https://hooks.example.org/' });
    const derived = await user.upload('stream', {
      filename: 'stream.deriving',
      fields: { tags: 'kept' },
    });
    await user.settled(derived.job_id);
    await new Gates(user, service.dataDir).running();
    const wish = { recipient_email: 'ada@example.org', report_name: 'mine' };
    expect((await user.sendJson('/reports', wish)).status).toBe(202);
    await waitFor(async () => (await user.send('/reports')).json<ReportDto[]>()[0].status === 'completed');
    const create = { 'idempotency-key': 'once', 'content-type': 'application/json' };
    const body = JSON.stringify({ file_id: derived.file_id });
    expect((await user.send('/jobs', { method: 'POST', headers: create, body })).status).toBe(200);
    const upload = { ...TUS, ...metadata({ filename: 'a.txt' }), 'upload-length': '9' };
    expect((await user.send('/upload/resumable', { method: 'POST', headers: upload })).status).toBe(201);
    const before = await waitFor(
      () => rowsOf(user_id), // activity is written behind the requests
      (rows) => Object.values(rows).every((count) => count > 0),
    );
    expect(Object.keys(before)).toEqual(
      expect.arrayContaining(['users.user_id', 'jobs.owner', 'files.owner']),
    );

    expect((await user.sendJson('/users/me', { password: PASSWORD }, 'DELETE')).status).toBe(204);
    for (const caller of [user, elsewhere, machine])
      expectProblem(await caller.send('/jobs'), { status: 401, code: 'invalid_token' });
    expect((await sendLogin(service.url, 'ada')).status).toBe(401);
    await service.app.get(TaskQueue).resume(); // the task of the mail finds that there is none
    const left = await waitFor(
      () => rowsOf(user_id),
      (counts) => Object.values(counts).every((count) => count === 0),
    );
    expect(Object.keys(left)).toEqual(Object.keys(before));
    expect((await waitFor(filesKept, ({ length }) => length <= keptFiles.length)).toSorted()).toEqual(
      keptFiles.toSorted(),
    );
    expect((await other.send(`/files/${kept.file_id}`)).text).toBe('kept');
  });

  it('lets the name be taken again, by somebody who gets nothing of the old', async () => {
    const first = await newUser(service.url, 'alan');
    await first.upload('old');
    await first.sendJson('/users/me', { password: PASSWORD }, 'DELETE');
    const second = await newUser(service.url, 'alan');
    expect(await second.jobs()).toEqual([]);
    expect(await new Client(service.url).jobs()).toEqual([]);
  });
});
