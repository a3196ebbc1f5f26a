import type { ActivityDto, ActivityEntryDto, ActivityOfEverybodyDto } from '@app/activity/activity.dto';
import type { UserDto } from '@app/accounts/users.dto';
import { Database } from '@app/platform/database/database';
import { EventBus } from '@app/platform/events/event-bus';
import { UserLoggedIn } from '@app/accounts/accounts.events';
import { ActivityBuffer } from '@app/activity/activity.buffer';
import { ActivityFeed } from '@app/activity/live/activity-feed';
import { DAY_MS } from '@app/platform/clock/durations';
import { ManualClock } from '@app/platform/clock/manual.clock';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectStatus, newKey, newUser, PASSWORD, withToken, login } from './support/accounts';
import { startApp, type TestApp, type TestAppOptions } from './support/app';
import { Client, waitFor } from './support/client';
import { EventReader } from './support/event-reader';
import { expectProblem } from './support/problem';
import { testProcessor } from './support/test-processors';

const services: TestApp[] = [];
afterEach(() => Promise.all(services.splice(0).map((service) => service.close())));

async function start(options: TestAppOptions = {}): Promise<Client> {
  const service = await startApp({ processors: [testProcessor('rejecting')], ...options });
  services.push(service);
  return new Client(service.url);
}

async function list(client: Client, query = ''): Promise<ActivityDto> {
  return (await client.send(`/activity${query}`)).ok().json();
}

/** Entries come a moment after what they tell. */
function listWhen(client: Client, total: number): Promise<ActivityDto> {
  return waitFor(
    () => list(client),
    (activity) => activity.total === total,
  );
}

async function note(client: Client, description: string): Promise<ActivityEntryDto> {
  return expectStatus(await client.sendJson('/activity', { description }), 201).json();
}

describe('GET /activity', () => {
  it('tells what became of jobs, newest first', async () => {
    const client = await start();
    const good = await client.upload('x', { filename: 'good.txt' });
    await client.settled(good.job_id);
    const bad = await client.upload('x', { filename: 'bad.rejecting' });
    await client.settled(bad.job_id);
    await listWhen(client, 4);
    await client.delete(good.job_id);
    const { entries } = await listWhen(client, 5);
    expect(entries.map(({ type, description, job_id }) => [type, description, job_id])).toEqual([
      ['job.deleted', `Deleted: job ${good.job_id}`, good.job_id],
      ['job.failed', 'Failed: bad.rejecting', bad.job_id],
      ['job.created', 'Handed in: bad.rejecting', bad.job_id],
      ['job.completed', 'Completed: good.txt', good.job_id],
      ['job.created', 'Handed in: good.txt', good.job_id],
    ]);
  });

  it('goes on where it was after a restart, and writes nothing twice', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'filemill-activity-'));
    const client = await start({ dataDir });
    const uploads = await Promise.all(Array.from({ length: 250 }, () => client.upload('x')));
    await services.splice(0)[0].close();

    const again = await start({ dataDir });
    await again.allSettled(uploads);
    const { total } = await listWhen(again, 500);
    expect(total).toBe(500);
    expect((await list(again, '?type=job.completed')).total).toBe(250);
    await services.splice(0)[0].close();
    rmSync(dataDir, { recursive: true });
  });

  it('is filtered by type and time, and goes page by page', async () => {
    const clock = new ManualClock(Date.UTC(2026, 0, 1));
    const client = await start({ clock });
    for (const text of ['one', 'two', 'three']) {
      await note(client, text);
      clock.advance(60_000);
    }
    const texts = async (query: string) => (await list(client, query)).entries.map((of) => of.description);
    expect(await texts('?type=note')).toEqual(['three', 'two', 'one']);
    expect(await texts('?type=job.failed')).toEqual([]);
    expect(await texts('?from=2026-01-01T00:01:00Z')).toEqual(['three', 'two']);
    expect(await texts('?to=2026-01-01T00:01:00Z')).toEqual(['one']);
    const first = await client.send('/activity?limit=2');
    expect(first.json<ActivityDto>()).toMatchObject({ total: 3, entries: [{ description: 'three' }, {}] });
    const next = /<([^>]*)>; rel="next"/.exec(first.headers.get('link')!)![1];
    expect((await client.send(next)).json()).toMatchObject({ total: 3, entries: [{ description: 'one' }] });
  });

  it.each(['type=x', 'from=yesterday', 'to=1', 'limit=0', 'cursor=x'])('refuses %s', async (query) => {
    const client = await start();
    expectProblem(await client.send(`/activity?${query}`), { status: 422, code: 'validation_failed' });
  });

  it('forgets after ACTIVITY_DAYS', async () => {
    const clock = new ManualClock();
    const client = await start({ clock, environment: { ACTIVITY_DAYS: '2' } });
    await note(client, 'old');
    clock.leap(DAY_MS);
    await note(client, 'new');
    clock.leap(DAY_MS + 3_600_000);
    const { entries } = await listWhen(client, 1);
    expect(entries).toMatchObject([{ description: 'new' }]);
  });
});

describe('POST /activity', () => {
  it('writes down an entry of the caller, once for an Idempotency-Key', async () => {
    const client = await start();
    const send = () =>
      client.send('/activity', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': '"one"' },
        body: JSON.stringify({ description: 'Sent the invoices' }),
      });
    const entry = expectStatus(await send(), 201).json<ActivityEntryDto>();
    expect(entry).toMatchObject({ type: 'note', description: 'Sent the invoices', job_id: null });
    expect(expectStatus(await send(), 201).json()).toEqual(entry);
    expect(await list(client)).toEqual({ total: 1, entries: [entry] });
  });

  it.each([
    {},
    { description: '' },
    { description: 'x'.repeat(501) },
    { description: 'x', type: 'job.failed' },
    { description: 'a\0b' },
  ])('refuses %j', async (body) => {
    const client = await start();
    expectProblem(await client.sendJson('/activity', body), { status: 422, code: 'validation_failed' });
  });
});

describe('whose activity', () => {
  it('is that of each caller alone, of everybody for administrators, and goes with the account', async () => {
    const client = await start({ environment: { ADMIN_EMAILS: 'root@example.org' } });
    const root = await newUser(client.url, 'root', 'root@example.org');
    const ada = await newUser(client.url, 'ada');
    await note(ada, 'of ada');
    await note(client, 'of nobody');
    expect((await list(ada, '?type=note')).entries).toMatchObject([{ description: 'of ada' }]);
    expect((await list(client)).entries).toMatchObject([{ description: 'of nobody' }]);
    expectProblem(await ada.send('/admin/activity'), { status: 403, code: 'forbidden' });
    const all = async () =>
      (await root.send('/admin/activity?limit=100')).ok().json<ActivityOfEverybodyDto>();
    const { user_id } = (await ada.send('/users/me')).json<UserDto>();
    const written = await waitFor(
      all,
      ({ entries }) => entries.filter((of) => of.owner === user_id).length > 2,
    );
    expect(written.entries).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ owner: 'anonymous', description: 'of nobody' }),
        expect.objectContaining({ owner: user_id, description: 'of ada' }),
        expect.objectContaining({ owner: user_id, type: 'user.registered' }),
      ]),
    );
    expectStatus(await ada.sendJson('/users/me', { password: PASSWORD }, 'DELETE'), 204);
    await waitFor(all, ({ entries }) => entries.every(({ owner }) => owner !== user_id));
  });
});

describe('what is written down of accounts and downloads', () => {
  it('is each of the steps of a user, in their order', async () => {
    const client = await start();
    const ada = await newUser(client.url, 'ada');
    const { key_id } = await newKey(ada, { name: 'laptop' });
    expectStatus(await ada.send(`/api-keys/${key_id}`, { method: 'DELETE' }), 204);
    const { file_id, job_id } = await ada.upload('x', { filename: 'plan.txt' });
    await ada.settled(job_id);
    (await ada.send(`/files/${file_id}`)).ok();
    const change = { current_password: PASSWORD, new_password: `${PASSWORD} two` };
    expectStatus(await ada.sendJson('/users/me/password', change), 204);
    expectStatus(await ada.send('/auth/logout', { method: 'POST' }), 204);
    const again = await client.sendJson('/auth/login', { username: 'ada', password: `${PASSWORD} two` });
    const reader = withToken(client.url, again.ok().json<{ access_token: string }>().access_token);
    const { entries } = await listWhen(reader, 10);
    const told = entries.filter(({ type }) => !type.startsWith('job.')).toReversed();
    expect(told.map(({ type, description }) => [type, description])).toEqual([
      ['user.registered', 'Registered'],
      ['user.logged_in', 'Logged in'],
      ['api_key.created', 'Created an API key: laptop'],
      ['api_key.revoked', `Revoked an API key: ${key_id}`],
      ['file.downloaded', 'Downloaded: plan.txt'],
      ['user.password_changed', 'Changed the password'],
      ['user.logged_out', 'Logged out'],
      ['user.logged_in', 'Logged in'],
    ]);
  });

  it('waits for no timer when the service ends', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'filemill-activity-'));
    const clock = new ManualClock();
    const client = await start({ dataDir, clock });
    await newUser(client.url, 'ada');
    await services.splice(0)[0].close();
    const again = await start({ dataDir, clock });
    const ada = withToken(again.url, (await login(again.url, 'ada')).access_token);
    expect((await list(ada)).entries.map(({ type }) => type)).toEqual(['user.logged_in', 'user.registered']);
    await services.splice(0)[0].close();
    rmSync(dataDir, { recursive: true });
  });

  it('is nothing of an account that was deleted before it was written', async () => {
    const client = await start();
    const [service] = services;
    const ada = await newUser(client.url, 'ada');
    const { user_id } = (await ada.send('/users/me')).json<UserDto>();
    expectStatus(await ada.sendJson('/users/me', { password: PASSWORD }, 'DELETE'), 204);
    service.app.get(EventBus).publish(new UserLoggedIn(user_id, 'late'));
    await service.app.get(ActivityBuffer).flush();
    const rows = () =>
      service.app.get(Database).committed.selectFrom('activity').selectAll().where('owner', '=', user_id);
    expect(
      await waitFor(
        () => rows().execute(),
        ({ length }) => length === 0,
      ),
    ).toEqual([]);
  });
});

describe('acts of administrators', () => {
  it('are written down before they are answered', async () => {
    const client = await start({ environment: { ADMIN_EMAILS: 'root@example.org' } });
    const root = await newUser(client.url, 'root', 'root@example.org');
    const post = (path: string) => root.send(`/admin/${path}`, { method: 'POST' });
    for (const path of ['jobs', 'users', 'activity', 'queue']) (await root.send(`/admin/${path}`)).ok();
    (await post('processing/pause')).ok();
    (await post('processing/resume')).ok();
    const { entries } = await list(root, '?type=admin.acted');
    expect(entries.map(({ description }) => description)).toEqual([
      'Resumed processing',
      'Paused processing',
      'Looked at the queue',
      'Listed the activity of everybody',
      'Listed the users',
      'Listed the jobs of everybody',
    ]);
  });

  it('are not answered when they cannot be written down', async () => {
    const client = await start({ environment: { ADMIN_EMAILS: 'root@example.org' } });
    const root = await newUser(client.url, 'root', 'root@example.org');
    const database = services[0].app.get(Database);
    await services[0].app.get(ActivityBuffer).flush();
    await database.transaction((queries) => queries.schema.dropTable('activity').execute());
    expect((await root.send('/admin/queue')).status).toBe(500);
  });
});

describe('GET /activity/stream', () => {
  const readers: EventReader[] = [];
  afterEach(() => Promise.all(readers.splice(0).map((reader) => reader.close())));

  async function follow(client: Client, options?: { lastEventId?: string; accept?: string }) {
    const reader = await EventReader.open(`${client.url}/activity/stream`, {
      ...options,
      headers: client.headers,
    });
    readers.push(reader);
    return reader;
  }

  it.each(['text/event-stream', 'application/x-ndjson'])(
    'tells as %s what the caller does from now on, and nothing of others',
    async (accept) => {
      const client = await start();
      const ada = await newUser(client.url, 'ada');
      await note(ada, 'before');
      await services[0].app.get(ActivityBuffer).flush();
      const reader = await follow(ada, { accept });
      expect(reader.response.headers.get('content-type')).toBe(accept);
      await note(client, 'of nobody');
      const entry = await note(ada, 'now');
      const event = await reader.until(({ id }) => id === entry.entry_id);
      expect(event).toEqual({ id: entry.entry_id, event: 'note', data: entry });
      expect(reader.events).toHaveLength(1);
      const job = await ada.upload('x');
      await reader.until(({ event: type }) => type === 'job.completed');
      expect(reader.text).toContain(job.job_id);
    },
  );

  it('goes on after an entry without a gap, however many there are', async () => {
    const client = await start();
    const first = await note(client, 'first');
    const notes = await Promise.all(Array.from({ length: 120 }, (_, n) => note(client, `entry ${n}`)));
    const reader = await follow(client, { lastEventId: first.entry_id });
    await waitFor(() => reader.events.length >= notes.length);
    const told = reader.events.map(({ id }) => id!).toSorted(); // of those written at once any may come first
    expect(told).toEqual(notes.map(({ entry_id }) => entry_id).toSorted());
  });

  it('refuses what is no entry, and more than MAX_LIVE_STREAMS; ends with the service', async () => {
    const client = await start({ environment: { MAX_LIVE_STREAMS: '1' } });
    expectProblem(await client.send('/activity/stream?last_event_id=x'), {
      status: 422,
      code: 'validation_failed',
    });
    const reader = await follow(client);
    expectProblem(await client.send('/activity/stream'), { status: 429, code: 'too_many_streams' });
    expect(services[0].app.get(ActivityFeed).size).toBe(1);
    await services.splice(0)[0].close();
    await reader.ended();
  });
});
