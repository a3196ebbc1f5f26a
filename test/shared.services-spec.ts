import { Leadership } from '@app/platform/scheduling/leadership';
import type { StatsDto } from '@app/stats/stats.dto';
import type { UploadResponseDto } from '@app/uploads/uploads.dto';
import { randomUUID } from 'node:crypto';
import type { TestApp } from './support/app';
import { Client, waitFor } from './support/client';
import { Instances } from './support/instances';
import { CLOSE, MULTIPART, part } from './support/multipart-body';
import { expectProblem } from './support/problem';
import { head, RawConnection } from './support/raw-request';
import { stored, traces } from './support/traces';
import { PIECE, TusClient } from './support/tus';

describe('instances share', () => {
  let instances: Instances;
  let services: TestApp[];
  let here: Client;
  let elsewhere: Client;

  beforeAll(async () => {
    instances = await Instances.create();
    const environment = { RATE_LIMITS: 'on', LOGINS_PER_MINUTE: '4' };
    services = [await instances.start({ environment }), await instances.start({ environment })];
    [here, elsewhere] = services.map(({ url }) => new Client(url));
  });
  afterAll(() => instances.remove());

  it('the limits of a caller', async () => {
    await waitFor(async () => (await instances.redis.clients()) >= 4); // each instance reaches it
    const login = (client: Client) => client.sendJson('/auth/login', { username: 'nobody', password: 'x' });
    for (const client of [here, elsewhere, here, elsewhere]) expect((await login(client)).status).toBe(401);
    for (const client of [here, elsewhere])
      expectProblem(await login(client), { status: 429, code: 'rate_limited' });
  });

  it('the keys of requests that are under way, and their replies', async () => {
    const key = randomUUID();
    const upload = () => {
      const form = new FormData();
      form.set('file', new Blob(['x']), 'a.txt');
      return elsewhere.send('/upload', { method: 'POST', body: form, headers: { 'idempotency-key': key } });
    };
    const connection = await RawConnection.open(here.url);
    const body = [part({ name: 'file', filename: 'a.txt', content: 'x' }), CLOSE];
    const length = String(Buffer.concat(body).length);
    const headers = { 'Content-Type': MULTIPART, 'Content-Length': length, 'Idempotency-Key': key };
    await connection.write(head('POST', '/upload', headers));
    await connection.write(body[0]);
    await waitFor(
      () => stored(services[0]),
      ({ unfinished }) => unfinished.length > 0,
    );
    expectProblem(await upload(), { status: 409, code: 'idempotency_key_in_use' });
    await connection.write(CLOSE);
    const first = await connection.response();
    const again = await upload();
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.json<UploadResponseDto>()).toEqual(JSON.parse(first.text));
  });

  it('resumable uploads: one goes on elsewhere while its old connection hangs', async () => {
    const content = Buffer.from('a piece of text\n'.repeat(300));
    const third = content.length / 3;
    const there = new TusClient(elsewhere.url);
    const path = await new TusClient(here.url).begin(content.length);
    const hanging = await RawConnection.open(here.url);
    const headers = { ...PIECE, 'Upload-Offset': '0', 'Content-Length': `${content.length}` };
    await hanging.write(head('PATCH', path, headers));
    await hanging.write(content.subarray(0, third));
    await waitFor(async () => {
      const [growing] = (await traces(services[0])).growing;
      return growing?.size === third;
    });
    await there.reached(path, third);
    expect((await hanging.response()).headers.get('upload-offset')).toBe(`${third}`);
    const last = await there.append(path, third, content.subarray(third));
    const job = await here.settled(last.headers.get('filemill-job-id')!);
    expect(job.result).toMatchObject({ char_count: content.length });
    await hanging.abort();
  });

  it('resumable uploads: the last piece makes one file, however many send it', async () => {
    const [one, other] = [new TusClient(here.url), new TusClient(elsewhere.url)];
    const before = (await here.jobs()).length;
    const path = await one.begin(10);
    await one.append(path, 0, 'hello');
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, i) => (i % 2 ? one : other).append(path, 5, 'world')),
    );
    expect(answers.filter(({ status }) => status === 204).length).toBeLessThanOrEqual(1);
    for (const { status } of answers) expect([204, 409, 423]).toContain(status);
    const jobId = (await other.ask(path)).headers.get('filemill-job-id')!;
    expect((await here.settled(jobId)).result).toMatchObject({ char_count: 10 });
    expect(await here.jobs()).toHaveLength(before + 1);
  });

  it('figures, which are those of now whoever changed them', async () => {
    const figures = async (client: Client) => (await client.send('/stats')).json<StatsDto>().jobs.completed;
    const before = await figures(here);
    expect(await figures(elsewhere)).toBe(before);
    const uploaded = await Promise.all([here, elsewhere, here].map((client, i) => client.upload(`${i}`)));
    await here.allSettled(uploaded);
    for (const client of [here, elsewhere]) expect(await figures(client)).toBe(before + 3);
  });

  it('one leader, and have another when it is gone', async () => {
    const leads = (service: TestApp) => service.app.get(Leadership).isLeader();
    const before = await Promise.all(services.map(leads));
    expect(before.filter(Boolean)).toEqual([true]);
    const [leader, next] = before[0] ? services : services.toReversed();
    expect(await leads(leader)).toBe(true);
    await instances.stop(leader);
    expect(await leads(next)).toBe(true);
  });
});
