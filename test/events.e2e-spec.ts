import { ActivityWritten } from '@app/activity/activity.events';
import type { DomainEvent } from '@app/platform/events/event-bus';
import { NOTICES_MISSED } from '@app/platform/events/notices';
import { UsersRepository } from '@app/accounts/users.repository';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { expectStatus, login, newKey, newUser, PASSWORD, register, sendLogin } from './support/accounts';
import { startApp, type TestApp } from './support/app';
import { Client } from './support/client';

let service: TestApp;
let heard: DomainEvent[];
beforeAll(async () => {
  service = await startApp({ environment: { ADMIN_EMAILS: 'root@example.org' } });
  service.app.get(EventEmitter2).onAny((type, event) => {
    if (type === ActivityWritten.type || type === NOTICES_MISSED) return; // these come in their own time
    heard.push(event as DomainEvent);
  });
});
beforeEach(() => (heard = []));
afterAll(() => service.close());

const idOf = async (user: Client): Promise<string> =>
  (await user.send('/users/me')).ok().json<{ user_id: string }>().user_id;

const ofType = (type: string): DomainEvent[] => heard.filter((event) => event.type === type);

describe('what people do is told', () => {
  it('of accounts: made, logged in to, out of, a new password, deleted', async () => {
    const { user_id: userId } = await register(service.url, 'grace');
    expect(heard).toEqual([{ type: 'user.registered', userId, username: 'grace' }]);
    const { access_token: token } = await login(service.url, 'grace');
    const sessionId = expect.any(String) as string;
    expect(heard.slice(1)).toEqual([{ type: 'user.logged_in', userId, sessionId }]);
    const user = new Client(service.url, { authorization: `Bearer ${token}` });
    const passwords = { current_password: PASSWORD, new_password: `${PASSWORD}!` };
    expectStatus(await user.sendJson('/users/me/password', passwords), 204);
    expect(heard.slice(2)).toEqual([{ type: 'user.password_changed', userId }]);
    expectStatus(await user.send('/auth/logout', { method: 'POST' }), 204);
    expect(heard.slice(3)).toEqual([{ type: 'user.logged_out', userId, sessionId }]);
    const again = (await sendLogin(service.url, 'grace', passwords.new_password)).ok();
    const authorization = `Bearer ${again.json<{ access_token: string }>().access_token}`;
    const deletion = { password: passwords.new_password };
    const reborn = new Client(service.url, { authorization });
    expectStatus(await reborn.sendJson('/users/me', deletion, 'DELETE'), 204);
    expect(heard.slice(5)).toEqual([{ type: 'user.deleted', userId }]);
  });

  it('of keys: made and revoked, and never what they look like', async () => {
    const user = await newUser(service.url, 'ada');
    const userId = await idOf(user);
    const { key_id: keyId, key } = await newKey(user, { name: 'for the laboratory' });
    const told = { userId, keyId, name: 'for the laboratory' };
    expect(heard.slice(2)).toEqual([{ type: 'api_key.created', ...told }]);
    expectStatus(await user.send(`/api-keys/${keyId}`, { method: 'DELETE' }), 204);
    expect(heard.slice(3)).toEqual([{ type: 'api_key.revoked', userId, keyId }]);
    expect(JSON.stringify(heard)).not.toContain(key.slice(-20));
  });

  it('of files: handed in, downloaded in whole or in part, and deleted with their job', async () => {
    const client = new Client(service.url);
    const { job_id: jobId, file_id: fileId } = await client.upload('some words');
    await client.settled(jobId);
    const file = { fileId, filename: 'note.txt', owner: 'anonymous' };
    expect(ofType('upload.completed')).toEqual([
      { type: 'upload.completed', sizeBytes: 10, job: expect.objectContaining(file) },
    ]);
    const download = (init: RequestInit = {}) => client.send(`/files/${fileId}`, init);
    const whole = await download();
    const told = { type: 'file.downloaded', file: expect.objectContaining(file) as object };
    expect(ofType('file.downloaded')).toEqual([told]);
    await download({ headers: { range: 'bytes=2-3' } });
    expect(ofType('file.downloaded')).toEqual([told, told]);
    await download({ method: 'HEAD' });
    await download({ headers: { 'if-none-match': whole.headers.get('etag')! } });
    await download({ headers: { range: 'bytes=99-' } });
    expect(ofType('file.downloaded')).toHaveLength(2);
    (await client.delete(jobId)).ok();
    expect(ofType('job.deleted')).toEqual([
      { type: 'job.deleted', job: expect.objectContaining({ jobId }) as object },
    ]);
  });

  it('of administrators: every act, who did it, and on what', async () => {
    const admin = await newUser(service.url, 'root');
    const userId = await idOf(admin);
    heard = [];
    for (const path of ['jobs', 'users', 'activity', 'queue']) (await admin.send(`/admin/${path}`)).ok();
    await admin.send('/admin/processing/pause', { method: 'POST' });
    await admin.send('/admin/processing/resume', { method: 'POST' });
    const acted = (act: string) => ({ type: 'admin.acted', userId, act, subject: null });
    expect(heard).toEqual([
      acted('list_jobs'),
      acted('list_users'),
      acted('list_activity'),
      acted('see_queue'),
      acted('pause_processing'),
      acted('resume_processing'),
    ]);
  });
});

describe('what did not happen is not told', () => {
  it('when it was refused', async () => {
    await newUser(service.url, 'mary');
    heard = [];
    const user = await newUser(service.url, 'joan');
    heard = [];
    const taken = { username: 'mary', email: 'mary@example.org', password: PASSWORD };
    expectStatus(await user.sendJson('/users/register', taken), 409);
    expectStatus(await sendLogin(service.url, 'mary', 'a wrong password'), 401);
    const wrong = { current_password: 'a wrong password', new_password: `${PASSWORD}!` };
    expectStatus(await user.sendJson('/users/me/password', wrong), 401);
    expectStatus(await user.send('/admin/queue'), 403);
    const unknown = '019a9c1e-7b41-7000-9d3c-2f60c1a7e4b5';
    expectStatus(await user.send(`/api-keys/${unknown}`, { method: 'DELETE' }), 404);
    expectStatus(await user.send(`/files/${unknown}`), 404);
    expectStatus(await user.delete(unknown), 404);
    expect(heard).toEqual([]);
  });

  it('before it is durable: a listener finds the user', async () => {
    const users = service.app.get(UsersRepository);
    const found: unknown[] = [];
    service.app.get(EventEmitter2).once('user.registered', ({ userId }: { userId: string }) => {
      found.push(users.find(userId));
    });
    const { user_id } = await register(service.url, 'emmy');
    expect(await Promise.all(found)).toEqual([expect.objectContaining({ userId: user_id })]);
  });
});
