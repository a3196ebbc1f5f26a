import type { UploadUrlResponseDto } from '@app/uploads/uploads.dto';
import { RemoteServer } from '../src/platform/outbound/remote-server.harness';
import { newUser } from './support/accounts';
import { startApp, type TestApp } from './support/app';
import { Client } from './support/client';
import { Gates, type GatedJob } from './support/gates';
import { expectProblem } from './support/problem';
import { testProcessor } from './support/test-processors';
import { tusUpload } from './support/tus';

let service: TestApp;
let client: Client;
let remote: RemoteServer;
let gates: Gates;
beforeAll(async () => {
  remote = await new RemoteServer().listen();
  service = await startApp({
    environment: { OUTBOUND_ALLOW: '127.0.0.1', PROCESSING_CONCURRENCY: '1' },
    processors: [testProcessor('gated')],
  });
  client = new Client(service.url);
  gates = new Gates(client, service.dataDir);
});
afterAll(async () => {
  await service.close();
  await remote.close();
});

describe('the priority of a job', () => {
  it('is normal when nobody says anything, or the field is empty', async () => {
    for (const options of [{}, { fields: { priority: '' } }]) {
      const { job_id } = await client.upload('x', options);
      expect(await client.job(job_id)).toMatchObject({ priority: 'normal' });
    }
  });

  it('is taken at every door', async () => {
    const { job_id, file_id } = await client.upload('x', { fields: { priority: 'high' } });
    const again = await client.sendJson('/jobs', { file_id, priority: 'low' });
    expect(again.ok().json()).toMatchObject({ priority: 'low' });
    remote.answers((_, response) => response.end('text'));
    const imported = await client.sendJson('/upload/url', {
      url: remote.url('127.0.0.1', '/a.txt'),
      priority: 'low',
    });
    const { finished } = tusUpload(service.url, Buffer.from('text'), {
      metadata: { filename: 'a.txt', priority: 'high' },
    });
    const shown = await client.allSettled([
      { job_id },
      imported.ok().json<UploadUrlResponseDto>(),
      { job_id: await finished },
    ]);
    expect(shown.map(({ priority, status }) => [priority, status])).toEqual([
      ['high', 'completed'],
      ['low', 'completed'],
      ['high', 'completed'],
    ]);
  });

  it('is one of three', async () => {
    const { file_id } = await client.upload('x');
    const answers = [
      await client.sendUpload('x', { fields: { priority: 'urgent' } }),
      await client.sendJson('/jobs', { file_id, priority: 1 }),
      await client.sendJson('/upload/url', { url: 'https://example.org/a.txt', priority: 'HIGH' }),
    ];
    for (const answer of answers) {
      const { errors } = expectProblem(answer, { status: 422, code: 'validation_failed' });
      expect(errors).toEqual([expect.objectContaining({ field: 'priority' })]);
    }
  });

  it('says which of the jobs of an owner goes first, before none of another owner', async () => {
    const other = await newUser(service.url, 'ada');
    const running = await gates.running();
    const low = await gates.job('a.gated', { priority: 'low' });
    const normal = await gates.job();
    const theirs = await other.upload('theirs');
    const high: GatedJob[] = [];
    for (let count = 0; count < 3; count++) high.push(await gates.job('a.gated', { priority: 'high' }));
    gates.releaseAll();
    const jobs = await client.allSettled([...high, normal, low, running]);
    const begun = jobs.map(({ started_at }) => Date.parse(started_at!));
    expect(begun.slice(0, 5)).toEqual(begun.slice(0, 5).toSorted((a, b) => a - b));
    const { started_at } = await other.settled(theirs.job_id);
    expect(Date.parse(started_at!)).toBeLessThanOrEqual(begun[1]);
  });

  it('stays with a job that is retried', async () => {
    const job = await gates.job('a.gated', { priority: 'high' });
    await client.running(job.job_id);
    await client.act(job.job_id, 'cancel');
    gates.releaseAll();
    expect((await client.act(job.job_id, 'retry')).ok().json()).toMatchObject({ priority: 'high' });
    await client.settled(job.job_id);
  });
});
