import { ManualClock } from '@app/platform/clock/manual.clock';
import { JobWaiter } from '@app/jobs/live/job-waiter';
import type { UploadFilesResponseDto, UploadResponseDto } from '@app/uploads/uploads.dto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startApp, type TestApp } from './support/app';
import { Client, waitFor, type Answer } from './support/client';
import { multipartBody, MULTIPART, type Part } from './support/multipart-body';
import { testProcessor } from './support/test-processors';

describe('an upload with Prefer', () => {
  const clock = new ManualClock();
  let service: TestApp;
  let client: Client;
  beforeAll(async () => {
    service = await startApp({
      clock,
      processors: ['gated', 'rejecting'].map((name) => testProcessor(name)),
    });
    client = new Client(service.url);
  });
  afterAll(() => service.close());

  let gates = 0;
  const newGate = () => join(service.dataDir, `gate-${gates++}`);
  const waiting = (count: number) => waitFor(() => service.app.get(JobWaiter).size === count);

  const send = (parts: Part[], headers: Record<string, string>, path = '/upload'): Promise<Answer> =>
    client.sendBytes(path, multipartBody(...parts), { 'content-type': MULTIPART, ...headers });
  const file = (content: string, filename = 'a.txt', name = 'file'): Part => ({ name, filename, content });

  it('is answered with the result of its job', async () => {
    const answer = await send([file('one two')], { prefer: 'wait=10' });
    expect(answer.headers.get('preference-applied')).toBe('wait=10');
    expect(answer.ok().json()).toMatchObject({
      status: 'completed',
      result: { processor: 'text', word_count: 2 },
      error: null,
      message: 'Stored and processed.',
    });
  });

  it('is answered with the error of its job', async () => {
    const answer = await send([file('x', 'a.rejecting')], { prefer: 'wait=10' });
    expect(answer.ok().json()).toMatchObject({
      status: 'failed',
      result: null,
      error: { code: expect.any(String), status: 422 },
    });
  });

  it('is answered when the wait is over, with the job as it stands', async () => {
    const gate = newGate();
    const sent = send([file(gate, 'a.gated')], { prefer: 'wait=7' });
    await waiting(1);
    clock.advance(7_000);
    const upload = (await sent).ok().json<UploadResponseDto>();
    expect(['pending', 'processing']).toContain(upload.status);
    expect(upload).toMatchObject({ result: null, error: null });
    writeFileSync(gate, '');
    await client.settled(upload.job_id);
  });

  it.each([undefined, 'respond-async', 'wait=soon'])('is answered at once: %s', async (prefer) => {
    const gate = newGate();
    const answer = await send([file(gate, 'a.gated')], prefer === undefined ? {} : { prefer });
    expect(answer.ok().json()).toMatchObject({ status: 'pending', result: null, error: null });
    writeFileSync(gate, '');
  });

  it('of a batch is answered when all of its jobs have settled', async () => {
    const gate = newGate();
    const parts = [file('quick', 'a.txt', 'files'), file(gate, 'b.gated', 'files')];
    const sent = send(parts, { prefer: 'wait=30' }, '/upload/files');
    await waiting(1); // the quick one is done
    writeFileSync(gate, '');
    const { files } = (await sent).ok().json<UploadFilesResponseDto>();
    expect(files.map(({ status }) => status)).toEqual(['completed', 'completed']);
  });

  it('of a file that is there already, with POST /jobs, is answered with the result', async () => {
    const { file_id } = await client.upload('one two', { filename: 'a.json' });
    const answer = await client.send('/jobs', {
      method: 'POST',
      headers: { 'content-type': 'application/json', prefer: 'wait=30' },
      body: JSON.stringify({ file_id, processor: 'text' }),
    });
    expect(answer.headers.get('preference-applied')).toBe('wait=30');
    expect(answer.ok().json()).toMatchObject({ status: 'completed', result: { word_count: 2 } });
  });

  it('is answered as it was when its job is deleted meanwhile', async () => {
    const gate = newGate();
    const sent = send([file(gate, 'a.gated')], { prefer: 'wait=30' });
    await waiting(1);
    const [job] = await client.jobs('?limit=1');
    await client.delete(job.job_id);
    expect((await sent).ok().json()).toMatchObject({ job_id: job.job_id, status: 'pending' });
  });

  it('is answered again with what it was answered in the end', async () => {
    const headers = { prefer: 'wait=10', 'idempotency-key': 'waited' };
    const first = await send([file('one two three')], headers);
    const second = await send([file('one two three')], headers);
    expect(first.json()).toMatchObject({ status: 'completed', result: { word_count: 3 } });
    expect(second.text).toBe(first.text);
  });

  it('goes on without a caller who is gone', async () => {
    const gate = newGate();
    const control = new AbortController();
    const body = new FormData();
    body.set('file', new Blob([gate]), 'a.gated');
    const init = { method: 'POST', body, headers: { prefer: 'wait=60' }, signal: control.signal };
    const sent = fetch(`${service.url}/upload`, init);
    await waiting(1);
    control.abort();
    await expect(sent).rejects.toThrow();
    await waiting(0);
    writeFileSync(gate, '');
    const [job] = await client.jobs('?limit=1');
    expect(await client.settled(job.job_id)).toMatchObject({ status: 'completed' });
  });
});
