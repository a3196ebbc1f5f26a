import { ManualClock } from '@app/platform/clock/manual.clock';
import { writeFileSync } from 'node:fs';
import { startApp, type TestApp } from './support/app';
import { Client, waitFor } from './support/client';
import { Gates } from './support/gates';
import { expectProblem } from './support/problem';
import { testProcessor } from './support/test-processors';

describe('health', () => {
  let service: TestApp;
  let client: Client;
  beforeEach(async () => {
    service = await startApp({ clock: new ManualClock(), processors: [testProcessor('gated')] });
    client = new Client(service.url);
  });
  afterEach(() => service.close());

  it('is well when everything answers', async () => {
    const live = await client.send('/livez');
    expect([live.status, live.json(), live.headers.get('cache-control')]).toEqual([
      200,
      { status: 'ok' },
      'no-store',
    ]);
    const ready = await client.send('/readyz');
    expect([ready.status, ready.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(ready.json()).toMatchObject({
      status: 'ok',
      checks: {
        database: { status: 'up' },
        storage: { status: 'up' },
        mail: { transport: 'outbox', status: 'up' },
      },
    });
  });

  it('answers while it drains, but takes no new work', async () => {
    const gates = new Gates(client, service.dataDir);
    const job = await gates.running();
    const closed = service.app.close();
    const drained = await waitFor(
      () => client.send('/readyz'),
      ({ status }) => status === 503,
    );
    expectProblem(drained, { status: 503, code: 'shutting_down' });
    expect((await client.send('/livez')).status).toBe(200);
    expect((await client.job(job.job_id)).status).toBe('processing');

    const upload = await client.sendUpload('x'.repeat(1_000_000));
    expectProblem(upload, { status: 503, code: 'shutting_down', instance: '/upload' });
    expect(upload.headers.get('retry-after')).toBe('5');

    writeFileSync(job.gate, '');
    await closed;
    await expect(client.send('/livez')).rejects.toThrow('fetch failed');
  });
});
