import type { JobStatusDto } from '@app/jobs/jobs.dto';
import { writeFileSync } from 'node:fs';
import { startApp, type TestApp } from './support/app';
import { Client } from './support/client';
import { Gates } from './support/gates';
import { expectProblem } from './support/problem';
import { testProcessor } from './support/test-processors';

describe('owners control their jobs', () => {
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

  describe('POST /jobs/{id}/cancel', () => {
    it('keeps a waiting job from ever running', async () => {
      const busy = await gates.allThreads();
      const { job_id } = await client.upload('x');
      const answer = await client.act(job_id, 'cancel');
      expect([answer.status, answer.json<JobStatusDto>()]).toMatchObject([
        200,
        { status: 'cancelled', attempt: 0, started_at: null, processing_time: null },
      ]);
      await gates.open(busy);
      await client.settled((await client.upload('y')).job_id); // came later, and is through
      expect(await client.job(job_id)).toMatchObject({ status: 'cancelled', attempt: 0 });
    });

    it('stops running jobs and gives their threads to others', async () => {
      const busy = await gates.allThreads();
      for (const { job_id } of busy) expect((await client.act(job_id, 'cancel')).status).toBe(200);
      const others = [await client.upload('x'), await client.upload('y')];
      const jobs = await client.allSettled(others);
      expect(jobs.map(({ status }) => status)).toEqual(['completed', 'completed']);
      await gates.open(busy);
      for (const { job_id } of busy) {
        expect(await client.job(job_id)).toMatchObject({ status: 'cancelled', result: null, attempt: 1 });
      }
    });

    it.each(['completed', 'failed', 'cancelled'] as const)('refuses a %s job', async (status) => {
      const { job_id } = status === 'cancelled' ? await gates.cancelled() : await gates.ended(status);
      const problem = expectProblem(await client.act(job_id, 'cancel'), {
        status: 409,
        code: 'job_settled',
      });
      expect(problem).toMatchObject({ job_id, job_status: status });
    });

    it('is granted to one of many who ask at once', async () => {
      const { job_id } = await gates.running();
      const answers = await Promise.all(Array.from({ length: 10 }, () => client.act(job_id, 'cancel')));
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      expect(answers.filter(({ status }) => status === 409)).toHaveLength(9);
    });
  });

  describe('POST /jobs/{id}/retry', () => {
    it('runs a failed job again', async () => {
      const { job_id } = await client.upload('x', { filename: 'x.rejecting' });
      await client.settled(job_id);
      const answer = await client.act(job_id, 'retry');
      expect([answer.status, answer.json<JobStatusDto>()]).toMatchObject([
        200,
        { status: 'pending', error: null, started_at: null, finished_at: null, processing_time: null },
      ]);
      const again = await client.settled(job_id);
      expect(again).toMatchObject({ status: 'failed', attempt: 2, error: { code: 'poem_expected' } });
    });

    it('runs a cancelled job again, to the end', async () => {
      const { job_id, gate } = await gates.running();
      await client.act(job_id, 'cancel');
      expect((await client.act(job_id, 'retry')).status).toBe(200);
      writeFileSync(gate, '');
      expect(await client.settled(job_id)).toMatchObject({
        status: 'completed',
        attempt: 2,
        result: { passed: true },
      });
    });

    it('stops a job again that was retried', async () => {
      const { job_id } = await gates.running();
      for (let round = 2; round < 5; round++) {
        await client.act(job_id, 'cancel');
        await client.act(job_id, 'retry');
        await client.jobWhen(job_id, ({ attempt }) => attempt === round);
      }
      await client.act(job_id, 'cancel');
      const others = [await client.upload('x'), await client.upload('y')];
      expect((await client.allSettled(others)).map(({ status }) => status)).toEqual([
        'completed',
        'completed',
      ]);
    });

    it('refuses a completed job, a running one and a waiting one', async () => {
      const busy = await gates.allThreads();
      const waiting = await client.upload('x');
      for (const [id, status] of [
        [waiting.job_id, 'pending'],
        [busy[0].job_id, 'processing'],
      ]) {
        const answer = await client.act(id, 'retry');
        const problem = expectProblem(answer, { status: 409, code: 'job_not_retryable' });
        expect(problem.job_status).toBe(status);
      }
      await gates.open(busy);
      await client.settled(waiting.job_id);
      const answer = await client.act(waiting.job_id, 'retry');
      expectProblem(answer, { status: 409, code: 'job_not_retryable' });
    });
  });
});
