import type { QueueDto } from '@app/admin/admin.dto';
import type { JobStatusDto } from '@app/jobs/jobs.dto';
import { Database } from '@app/platform/database/database';
import { TaskHandler } from '@app/platform/tasks/task-handler';
import { TaskQueue } from '@app/platform/tasks/task-queue';
import { Module } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { expectStatus, keyOf, newUser } from './support/accounts';
import { startApp, type TestApp } from './support/app';
import { Client, waitFor } from './support/client';
import { expectProblem } from './support/problem';
import { testProcessor } from './support/test-processors';

const UNKNOWN_ID = '019a9c1e-7b41-7000-9d3c-2f60c1a7e4b5';

/** A task that cannot be done until somebody has mended what is in its way. */
class StubbornHandler extends TaskHandler {
  override readonly kind = 'stubborn';
  override readonly maxAttempts = 1;
  static isMended = false;
  static done = 0;

  override run(): Promise<void> {
    if (!StubbornHandler.isMended) return Promise.reject(new Error('something is in the way'));
    StubbornHandler.done++;
    return Promise.resolve();
  }
}

@Module({ providers: [StubbornHandler] })
class StubbornModule {}

let service: TestApp;
let admin: Client;
let user: Client;
beforeAll(async () => {
  service = await startApp({
    environment: { ADMIN_EMAILS: 'Root@Example.org', JOB_MAX_ATTEMPTS: '1' },
    processors: [testProcessor('exiting')],
    extensions: [{ name: 'stubborn', module: StubbornModule }],
  });
  admin = await newUser(service.url, 'root');
  user = await newUser(service.url, 'ada');
});
afterAll(() => service.close());

const queue = async (): Promise<QueueDto> => (await admin.send('/admin/queue')).ok().json();

describe('an administrator', () => {
  it('is who has an address of ADMIN_EMAILS and has logged in', async () => {
    expect((await admin.send('/users/me')).json()).toMatchObject({ role: 'admin' });
    expect((await user.send('/users/me')).json()).toMatchObject({ role: 'user' });
    const key = await keyOf(admin);
    expectProblem(await key.send('/admin/queue'), { status: 403, code: 'forbidden' });
    expectProblem(await user.send('/admin/queue'), { status: 403, code: 'forbidden' });
    expectProblem(await new Client(service.url).send('/admin/queue'), {
      status: 401,
      code: 'not_authenticated',
    });
  });

  it('sees the jobs of everybody, and whose they are', async () => {
    const theirs = await user.upload('theirs');
    const nobodys = await new Client(service.url).upload('of everybody');
    await user.settled(theirs.job_id);
    const page = (await admin.send('/admin/jobs?limit=1')).ok();
    expect(page.json()).toEqual([expect.objectContaining({ job_id: nobodys.job_id, owner: 'anonymous' })]);
    const next = /<([^>]*)>/.exec(page.headers.get('link')!)![1];
    const { user_id } = (await user.send('/users/me')).json<{ user_id: string }>();
    const [job] = (await admin.send(next)).ok().json<object[]>();
    expect(job).toEqual({ ...(await user.job(theirs.job_id)), owner: user_id });
    expect(await admin.jobs()).toEqual([]);
  });

  it('sees the users, and nothing of their secrets', async () => {
    const users = (await admin.send('/admin/users')).ok().json<{ username: string }[]>();
    expect(users.map(({ username }) => username)).toEqual(['ada', 'root']);
    expect(JSON.stringify(users)).not.toContain('argon2');
  });

  it('pauses processing and resumes it, while uploads are taken', async () => {
    expect((await admin.send('/admin/processing/pause', { method: 'POST' })).ok().json()).toMatchObject({
      paused: true,
    });
    const { job_id } = await user.upload('later');
    service.app.get(TaskQueue).nudge();
    await waitFor(queue, ({ queued_count }) => queued_count === 1);
    expect((await user.job(job_id)).status).toBe('pending');
    await admin.send('/admin/processing/resume', { method: 'POST' });
    expect(await user.settled(job_id)).toMatchObject<Partial<JobStatusDto>>({ status: 'completed' });
    expect(await queue()).toMatchObject({ paused: false, queued_count: 0 });
  });

  it('sees what was given up, and has it tried again', async () => {
    const tasks = service.app.get(TaskQueue);
    const database = service.app.get(Database);
    const task = { id: '019a9c1e-7b41-7000-9d3c-2f60c1a7e4b6', kind: 'stubborn', payload: {} };
    await database.transaction((queries) => tasks.enqueue(queries, task));
    tasks.nudge();
    const { dead_letters } = await waitFor(queue, ({ dead_count }) => dead_count === 1);
    expect(dead_letters).toEqual([
      expect.objectContaining({
        task_id: task.id,
        kind: 'stubborn',
        error: 'Error: something is in the way',
      }),
    ]);
    StubbornHandler.isMended = true;
    const retry = (id: string) => admin.send(`/admin/dead-letters/${id}/retry`, { method: 'POST' });
    const acts: object[] = [];
    service.app.get(EventEmitter2).on('admin.acted', (event: object) => acts.push(event));
    expectStatus(await retry(task.id), 204);
    expect(acts).toEqual([expect.objectContaining({ act: 'retry_dead_letter', subject: task.id })]);
    await waitFor(queue, ({ queued_count, dead_count }) => queued_count + dead_count === 0);
    expect(StubbornHandler.done).toBe(1);
    for (const id of [task.id, UNKNOWN_ID])
      expectProblem(await retry(id), { status: 404, code: 'dead_letter_not_found' });
  });

  it('has a job that was given up begin anew, as its owner could', async () => {
    const { job_id } = await user.upload('x', { filename: 'a.exiting' });
    expect(await user.settled(job_id)).toMatchObject({ status: 'failed', attempt: 1 });
    const { dead_letters } = await queue();
    expect(dead_letters).toEqual([expect.objectContaining({ task_id: job_id, kind: 'process-job' })]);
    expectStatus(await admin.send(`/admin/dead-letters/${job_id}/retry`, { method: 'POST' }), 204);
    await user.jobWhen(job_id, ({ status, attempt }) => status === 'failed' && attempt === 2);
  });
});

it('is told where no queue lies in Redis', async () => {
  const alone = await startApp({ environment: { REDIS_URL: '', ADMIN_EMAILS: 'root@example.org' } });
  try {
    const root = await newUser(alone.url, 'root');
    const answers = [
      await root.send('/admin/queues'),
      await root.send('/admin/queues/session', { method: 'POST' }),
    ];
    for (const answer of answers) {
      const { detail } = expectProblem(answer, { status: 404, code: 'route_not_found' });
      expect(detail).toContain('REDIS_URL');
    }
    expectProblem(await new Client(alone.url).send('/admin/queues'), {
      status: 401,
      code: 'not_authenticated',
    });
  } finally {
    await alone.close();
  }
});
