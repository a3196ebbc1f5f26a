import type { DeletedJobDto, JobStatusDto } from '@app/jobs/jobs.dto';
import type { TextResult } from '@app/processing/processors/text/text.result';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startApp, type TestApp } from './support/app';
import { Client, waitFor } from './support/client';
import { Gates } from './support/gates';
import { expectProblem } from './support/problem';
import { testProcessor } from './support/test-processors';
import { NOTHING, traces } from './support/traces';

describe('jobs', () => {
  let service: TestApp;
  let client: Client;
  let gates: Gates;

  beforeAll(async () => {
    const processors = ['gated', 'flaky', 'rejecting'].map((name) => testProcessor(name));
    // Takes .gated files as well, to run them otherwise.
    const accepts = testProcessor('gated').accepts;
    service = await startApp({ processors: [...processors, testProcessor('looping', { accepts })] });
    client = new Client(service.url);
    gates = new Gates(client, service.dataDir);
  });
  afterAll(() => service.close());

  describe('GET /jobs/{id}', () => {
    it('tells of a completed job all there is', async () => {
      const { job_id, file_id } = await client.upload('one two\nthree', { filename: 'numbers.txt' });
      const job = await client.settled(job_id);
      expect(job).toEqual({
        job_id,
        file_id,
        filename: 'numbers.txt',
        status: 'completed',
        processor: 'text',
        options: {},
        priority: 'normal',
        progress: 1,
        attempt: 1,
        artifacts: [],
        result: {
          processor: 'text',
          line_count: 2,
          word_count: 3,
          char_count: 13,
          encoding: 'utf-8',
          byte_order_mark: false,
          processing_time: expect.any(Number),
        },
        error: null,
        created_at: expect.stringMatching(/Z$/),
        expires_at: null,
        started_at: expect.stringMatching(/Z$/),
        finished_at: expect.stringMatching(/Z$/),
        processing_time: expect.any(Number),
      });
      const times = [job.created_at, job.started_at!, job.finished_at!];
      expect(times.toSorted()).toEqual(times);
    });

    it('tells of a failed job why', async () => {
      const job = await gates.ended('failed');
      expect(job).toMatchObject({ status: 'failed', result: null, attempt: 1 });
      expect(job.error).toEqual({
        type: '/docs/errors#poem_expected',
        title: 'No poem',
        status: 422,
        detail: 'The lines do not rhyme.',
        code: 'poem_expected',
        filename: 'x.rejecting',
      });
    });

    it('answers 304 while nothing has changed, and the whole when something has', async () => {
      const job = await gates.running();
      const etag = async (headers: Record<string, string> = {}) =>
        client.send(`/jobs/${job.job_id}`, { headers });
      const before = (await etag()).headers.get('etag')!;
      await client.act(job.job_id, 'cancel');
      const changed = await etag({ 'if-none-match': before });
      expect([changed.status, changed.json<JobStatusDto>().status]).toEqual([200, 'cancelled']);
      const same = await etag({ 'if-none-match': `"other", ${changed.headers.get('etag')}` });
      expect([same.status, same.text]).toEqual([304, '']);
      const precondition = await etag({ 'if-match': before });
      expectProblem(precondition, { status: 412, code: 'precondition_failed' });
    });
  });

  describe('GET /jobs/{id}/result', () => {
    it('gives the result alone', async () => {
      const job = await gates.ended('completed');
      const answer = await client.send(`/jobs/${job.job_id}/result`);
      expect(answer.status).toBe(200);
      expect(answer.json<TextResult>()).toEqual(job.result);
    });

    it('refuses while there is none, and tells the error when there never will be', async () => {
      const running = await gates.running();
      const early = await client.send(`/jobs/${running.job_id}/result`);
      expectProblem(early, { status: 409, code: 'result_not_ready' });
      await client.act(running.job_id, 'cancel');
      for (const job of [await gates.ended('failed'), await client.job(running.job_id)]) {
        const late = expectProblem(await client.send(`/jobs/${job.job_id}/result`), {
          status: 409,
          code: 'no_result',
        });
        expect(late).toMatchObject({ job_status: job.status, ...(job.error && { error: job.error }) });
      }
    });
  });

  describe('POST /jobs', () => {
    it('processes a stored file again, and otherwise', async () => {
      const first = await client.upload('again', { filename: 'a.txt' });
      const answer = await client.sendJson('/jobs', { file_id: first.file_id });
      const second = answer.json<JobStatusDto>();
      expect([answer.status, answer.headers.get('location')]).toEqual([200, `/jobs/${second.job_id}`]);
      expect(second).toMatchObject({ file_id: first.file_id, status: 'pending', processor: 'text' });
      const jobs = [await client.settled(first.job_id), await client.settled(second.job_id)];
      const results = jobs.map(({ result }) => (result as TextResult).char_count);
      expect(results).toEqual([5, 5]);

      const gate = join(service.dataDir, 'gate-never');
      const { file_id, job_id } = await client.upload(gate, { filename: 'a.gated' });
      const otherwise = await client.createJob(file_id, 'looping');
      expect((await client.running(otherwise.job_id)).processor).toBe('looping');
      for (const id of [otherwise.job_id, job_id]) await client.act(id, 'cancel');
    });

    it.each([
      ['an unknown file', { file_id: '019a9c1e-7b3d-7c52-8a41-5d8f3c9b2e10' }, 404, 'file_not_found'],
      ['no file', {}, 422, 'validation_failed'],
      ['a malformed id', { file_id: '../x' }, 422, 'validation_failed'],
      ['an id that is an object', { file_id: { not: null } }, 422, 'validation_failed'],
      [
        'an unknown property',
        { file_id: '019a9c1e-7b3d-7c52-8a41-5d8f3c9b2e10', x: 1 },
        422,
        'validation_failed',
      ],
      ['a list', [], 422, 'validation_failed'],
      ['a list of bodies', [{ file_id: '../x' }], 422, 'validation_failed'],
    ])('refuses %s', async (_, body, status, code) => {
      expectProblem(await client.sendJson('/jobs', body), { status, code, instance: '/jobs' });
    });

    it('refuses a processor that does not take the file', async () => {
      const { file_id } = await client.upload('x');
      const answer = await client.sendJson('/jobs', { file_id, processor: 'gated' });
      expectProblem(answer, { status: 422, code: 'processor_not_applicable' });
    });

    it('either has the file or says that it is gone, when its last job is deleted at the same time', async () => {
      const outcomes = await Promise.all(
        Array.from({ length: 30 }, async () => {
          const { file_id, job_id } = await client.upload('x');
          const [created, deleted] = await Promise.all([
            client.sendJson('/jobs', { file_id }),
            client.delete(job_id),
          ]);
          const fileIsThere = (await client.send(`/files/${file_id}`)).status === 200;
          return { created: created.status, deleted: deleted.status, fileIsThere };
        }),
      );
      for (const outcome of outcomes) {
        expect([
          { created: 200, deleted: 200, fileIsThere: true },
          { created: 404, deleted: 200, fileIsThere: false },
        ]).toContainEqual(outcome);
      }
    });
  });

  describe('DELETE /jobs/{id}', () => {
    const gone = async ({ job_id, file_id }: { job_id: string; file_id: string }) => {
      expectProblem(await client.send(`/jobs/${job_id}`), { status: 404, code: 'job_not_found' });
      expectProblem(await client.send(`/files/${file_id}`), {
        status: 404,
        code: 'file_not_found',
      });
      expectProblem(await client.delete(job_id), { status: 404, code: 'job_not_found' });
    };

    it.each([
      ['completed', () => gates.ended('completed')],
      ['failed', () => gates.ended('failed')],
      ['cancelled', () => gates.cancelled()],
      ['processing', () => gates.running()],
    ])('removes a %s job and its file', async (_, create) => {
      const job = await create();
      const answer = await client.delete(job.job_id);
      expect(answer.status).toBe(200);
      expect(answer.json<DeletedJobDto>()).toEqual({
        job_id: job.job_id,
        file_id: job.file_id,
        file_deleted: true,
      });
      await gone(job);
    });

    it('removes a waiting job, which then never runs', async () => {
      const busy = await gates.allThreads();
      const waiting = await client.upload('x');
      await client.delete(waiting.job_id);
      await gates.open(busy);
      await client.settled((await client.upload('y')).job_id);
      await gone(waiting);
    });

    it('leaves nothing to come back when the job runs, and gives its thread to others', async () => {
      const busy = await gates.allThreads();
      for (const { job_id } of busy) await client.delete(job_id);
      const others = [await client.upload('x'), await client.upload('y')];
      await client.allSettled(others);
      for (const { gate } of busy) writeFileSync(gate, '');
      for (const job of busy) await gone(job);
      for (const job of await client.jobs('?limit=500')) await client.delete(job.job_id);
      expect(
        await waitFor(
          () => traces(service),
          ({ blobs, tasks }) => blobs.length + tasks === 0,
        ),
      ).toEqual(NOTHING);
    });

    it('keeps the file while another job has it', async () => {
      const first = await client.upload('kept', { filename: 'kept.txt' });
      const second = await client.createJob(first.file_id);
      const one = (await client.delete(first.job_id)).json<DeletedJobDto>();
      expect(one.file_deleted).toBe(false);
      expect((await client.send(`/files/${first.file_id}`)).text).toBe('kept');
      const two = (await client.delete(second.job_id)).json<DeletedJobDto>();
      expect(two.file_deleted).toBe(true);
      await gone(second);
      await waitFor(
        () => traces(service),
        ({ blobs }) => !blobs.some((blob) => blob.includes(first.file_id)),
      );
    });

    it('is granted to one of many who ask at once', async () => {
      const { job_id } = await client.upload('x');
      const answers = await Promise.all(Array.from({ length: 10 }, () => client.delete(job_id)));
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      expect(answers.filter(({ status }) => status === 404)).toHaveLength(9);
    });
  });
});
