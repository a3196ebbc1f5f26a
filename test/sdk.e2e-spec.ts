import { Filemill, FilemillError, WaitTimeoutError, type UploadResponse } from '@filemill/sdk';
import { execFile } from 'node:child_process';
import { openAsBlob, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startApp, type TestApp } from './support/app';
import { Client, waitFor } from './support/client';
import { Gates } from './support/gates';
import { testProcessor } from './support/test-processors';

const MB = 1024 * 1024;
/** More than a process that streams has any use for. */
const MANY_MB = 200;
const UNKNOWN_ID = '019a9c1e-7b41-7000-9d3c-2f60c1a7e4b5';

interface Exchange {
  readonly url: string;
  readonly ifNoneMatch: string | null;
  readonly prefer: string | null;
  readonly status: number;
}

/** `fetch` that keeps a record of what was asked and answered. */
function recordingFetch(exchanges: Exchange[]): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const response = await fetch(request);
    const { url, headers } = request;
    const ifNoneMatch = headers.get('if-none-match');
    exchanges.push({ url, ifNoneMatch, prefer: headers.get('prefer'), status: response.status });
    return response;
  };
}

/** The same, through something that lets no preference pass. */
function impatientFetch(exchanges: Exchange[]): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    request.headers.delete('prefer');
    return recordingFetch(exchanges)(request);
  };
}

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => Promise.reject(new Error(`It resolved to ${JSON.stringify(value)}`)),
    (error: unknown) => error,
  );
}

/** What a Node.js process of its own writes to stdout and stderr. */
async function runScript(script: string, type = 'commonjs'): Promise<[string, string]> {
  const args = [`--input-type=${type}`, '-e', script];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, {
    cwd: join(__dirname, '..'),
  });
  return [stdout, stderr];
}

describe('the SDK', () => {
  let service: TestApp;
  let filemill: Filemill;
  let gates: Gates;

  beforeAll(async () => {
    service = await startApp({ processors: [testProcessor('gated')] });
    filemill = new Filemill({ baseUrl: service.url });
    gates = new Gates(new Client(service.url), service.dataDir);
  });
  afterAll(() => service.close());

  function upload(content: string, filename = 'note.txt', category?: string): Promise<UploadResponse> {
    return filemill.upload({ body: { file: new File([content], filename), category } });
  }

  describe('upload', () => {
    it('takes a File and what is to be said about it', async () => {
      const file = new File(['hello wide world\nsecond line'], 'hello.txt', { type: 'text/plain' });
      const body = { file, description: 'A greeting', tags: 'a,b', category: 'greetings', processor: 'text' };
      const answer = await filemill.upload({ body });
      expect(answer).toMatchObject({
        filename: 'hello.txt',
        size_bytes: 28,
        description: 'A greeting',
        tags: ['a', 'b'],
        category: 'greetings',
        status: 'pending',
      });
      const job = await filemill.waitForJob(answer.job_id);
      if (job.status !== 'completed') throw new Error(`It is ${job.status}`);
      expect(job.result).toMatchObject({ line_count: 2, word_count: 5, char_count: 28 });
      expect(await filemill.getResult({ path: { job_id: answer.job_id } })).toEqual(job.result);
    });

    it('takes a Blob with a name', async () => {
      const blob = new Blob(['a,b\n1,2\n']);
      const job = await filemill.uploadAndWait({ body: { file: blob }, filename: 'table.csv' });
      expect(job).toMatchObject({ filename: 'table.csv', status: 'completed', result: { row_count: 1 } });
    });

    it('takes a file from disk', async () => {
      const path = join(service.dataDir, 'on-disk');
      writeFileSync(path, 'from disk\n');
      const body = { file: await openAsBlob(path) };
      const job = await filemill.uploadAndWait({ body, filename: 'on-disk.txt' });
      expect(job).toMatchObject({ status: 'completed', result: { word_count: 2 } });
    });

    it('sends a file from disk without holding it in memory', async () => {
      const roomy = await startApp({ environment: { MAX_FILE_SIZE_BYTES: String(MANY_MB * MB) } });
      const file = join(roomy.dataDir, 'large');
      writeFileSync(file, Buffer.alloc(MANY_MB * MB, 'x\n'));
      const [stdout] = await runScript(
        `const { Filemill } = require('@filemill/sdk');
        let peak = 0;
        setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 5).unref();
        require('node:fs').openAsBlob('${file}')
          .then((blob) => new Filemill({ baseUrl: '${roomy.url}' }).upload({ body: { file: blob }, filename: 'a.txt' }))
          .then(({ size_bytes }) => console.log(size_bytes, peak));`,
      );
      await roomy.close();
      const [sizeBytes, peakBytes] = stdout.split(' ').map(Number);
      expect(sizeBytes).toBe(MANY_MB * MB);
      expect(peakBytes).toBeLessThan(MANY_MB * MB);
    });

    it('says what was wrong with a refused file', async () => {
      const error = await rejection(filemill.upload({ body: { file: new Blob(['x']) } }));
      expect(error).toBeInstanceOf(FilemillError);
      expect(error).toMatchObject({
        status: 400,
        code: 'unsupported_file_type',
        problem: { type: '/docs/errors#unsupported_file_type', instance: '/upload' },
        message: expect.stringMatching(/^400 .*: Files without an extension are not accepted/),
      });
    });

    it('reports a job that failed', async () => {
      const body = { file: new File([new Uint8Array([0x61, 0xff])], 'broken.txt') };
      const job = await filemill.uploadAndWait({ body });
      if (job.status !== 'failed') throw new Error(`It is ${job.status}`);
      expect(job.error).toMatchObject({ code: 'invalid_text', byte_offset: 1 });
    });
  });

  describe('waitForJob', () => {
    it('asks once, and is answered when the job has settled', async () => {
      const exchanges: Exchange[] = [];
      const watcher = new Filemill({ baseUrl: service.url, fetch: recordingFetch(exchanges) });
      const job = await gates.running();
      const wait = watcher.waitForJob(job.job_id);
      await gates.open([job]);
      expect(await wait).toMatchObject({ job_id: job.job_id, status: 'completed' });
      expect(exchanges).toMatchObject([{ prefer: 'wait=30', status: 200 }]);
    });

    it('asks only for changes where it is not made to wait', async () => {
      const exchanges: Exchange[] = [];
      const watcher = new Filemill({ baseUrl: service.url, fetch: impatientFetch(exchanges) });
      const busy = await gates.allThreads();
      const { job_id } = await upload('waits for a thread');
      const wait = watcher.waitForJob(job_id);
      await waitFor(() => exchanges.some(({ status }) => status === 304));
      await gates.open(busy);
      expect(await wait).toMatchObject({ job_id, status: 'completed' });
      expect(exchanges[0]).toMatchObject({ status: 200, ifNoneMatch: null });
      for (const { ifNoneMatch } of exchanges.slice(1)) expect(ifNoneMatch).toMatch(/^"\d+"$/);
    });

    it('gives up in time, having asked at growing intervals', async () => {
      const exchanges: Exchange[] = [];
      const watcher = new Filemill({ baseUrl: service.url, fetch: impatientFetch(exchanges) });
      const job = await gates.running();
      const error = await rejection(watcher.waitForJob(job.job_id, { timeoutMs: 600 }));
      expect(error).toBeInstanceOf(WaitTimeoutError);
      expect(error).toMatchObject({ jobId: job.job_id, timeoutMs: 600 });
      expect(exchanges.length).toBeGreaterThan(1);
      expect(exchanges.length).toBeLessThan(6);
      expect(await gates.open([job])).toMatchObject([{ status: 'completed' }]);
    });

    it('stops when told so, with the reason it was given', async () => {
      const job = await gates.running();
      const stop = new AbortController();
      const wait = rejection(filemill.waitForJob(job.job_id, { signal: stop.signal }));
      const reason = new Error('The user went away');
      stop.abort(reason);
      expect(await wait).toBe(reason);
      const late = rejection(filemill.waitForJob(job.job_id, { signal: AbortSignal.abort() }));
      expect(await late).toMatchObject({ name: 'AbortError' });
      await gates.open([job]);
    });

    it('stops in the middle of a pause', async () => {
      const exchanges: Exchange[] = [];
      const watcher = new Filemill({ baseUrl: service.url, fetch: impatientFetch(exchanges) });
      const job = await gates.running();
      const stop = new AbortController();
      const wait = rejection(watcher.waitForJob(job.job_id, { signal: stop.signal }));
      await waitFor(() => exchanges.length === 1);
      stop.abort();
      expect(await wait).toMatchObject({ name: 'AbortError' });
      await gates.open([job]);
    });

    it('rejects for a job that does not exist', async () => {
      const error = await rejection(filemill.waitForJob(UNKNOWN_ID));
      expect(error).toBeInstanceOf(FilemillError);
      expect(error).toMatchObject({ code: 'job_not_found' });
    });
  });

  describe('lists', () => {
    const uploads: UploadResponse[] = [];
    beforeAll(async () => {
      for (let i = 0; i < 5; i++) uploads.unshift(await upload(`file ${i}`, `${i}.txt`, 'paged'));
      for (const { job_id } of uploads) await filemill.waitForJob(job_id);
    });

    it('come page by page', async () => {
      const exchanges: Exchange[] = [];
      const reader = new Filemill({ baseUrl: service.url, fetch: recordingFetch(exchanges) });
      const jobs: string[] = [];
      for await (const job of reader.eachJob({ category: 'paged', limit: 2 })) jobs.push(job.job_id);
      expect(jobs).toEqual(uploads.map(({ job_id }) => job_id));
      expect(exchanges.map(({ url }) => new URL(url).searchParams.get('limit'))).toEqual(['2', '2', '2']);
      const files: string[] = [];
      for await (const file of reader.eachFile({ category: 'paged', limit: 5 })) files.push(file.file_id);
      expect(files).toEqual(uploads.map(({ file_id }) => file_id));
      expect(exchanges).toHaveLength(4);
    });

    it('fetch no page that nobody asks for', async () => {
      const exchanges: Exchange[] = [];
      const reader = new Filemill({ baseUrl: service.url, fetch: recordingFetch(exchanges) });
      const jobs = reader.eachJob({ category: 'paged', limit: 1 });
      expect((await jobs.next()).value).toMatchObject({ job_id: uploads[0].job_id });
      await jobs.return();
      expect(exchanges).toHaveLength(1);
    });

    it('take filters', async () => {
      const query = { category: 'paged', filename: '3.T', status: 'completed' } as const;
      expect(await filemill.listJobs({ query })).toMatchObject([{ filename: '3.txt' }]);
      expect(await filemill.listFiles({ query: { category: 'nothing' } })).toEqual([]);
    });
  });

  it('gives the log and the messages to webhooks page by page', async () => {
    for (const description of ['one', 'two', 'three'])
      await filemill.createActivityEntry({ body: { description } });
    const first = await filemill.activityPage({ type: 'note', limit: 2 });
    const second = await filemill.activityPage({ type: 'note', limit: 2, cursor: first.nextCursor });
    expect([...first.items, ...second.items].map(({ description }) => description)).toEqual([
      'three',
      'two',
      'one',
    ]);
    expect([first.total, second.nextCursor]).toEqual([3, undefined]);

    const url = 'https://webhooks.example.org/';
    const path = { webhook_id: (await filemill.createWebhook({ body: { url } })).webhook_id };
    const sent = [await filemill.testWebhook({ path }), await filemill.testWebhook({ path })];
    const ids: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await filemill.deliveriesPage({ path, query: { limit: 1, cursor } });
      ids.push(...page.items.map(({ delivery_id: id }) => id));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(ids).toEqual(sent.map(({ delivery_id: id }) => id).toReversed());
    await filemill.deleteWebhook({ path });
  });

  it('gives reports page by page, and their files', async () => {
    const request = (report_name: string) =>
      filemill.createReport({ body: { recipient_email: 'ada@example.org', report_name, format: 'csv' } });
    const [older, newer] = [await request('older'), await request('newer')];
    const first = await filemill.reportsPage({ limit: 1 });
    const second = await filemill.reportsPage({ limit: 1, cursor: first.nextCursor });
    expect([...first.items, ...second.items].map(({ report_id: id }) => id)).toEqual([
      newer.report_id,
      older.report_id,
    ]);
    const path = { report_id: newer.report_id };
    await waitFor(
      () => filemill.getReport({ path }),
      ({ status }) => status === 'completed',
    );
    expect(await (await filemill.downloadReport({ path })).text()).toContain('section');
  });

  describe('downloadFile', () => {
    it.each([
      ['text', 'a.txt', 'Zeile\n'],
      ['JSON', 'a.json', '{"a": 1}'],
      ['nothing', 'empty.txt', ''],
    ])('gives back %s byte by byte', async (_, filename, content) => {
      const { file_id } = await upload(content, filename);
      const blob = await filemill.downloadFile({ path: { file_id } });
      expect(Buffer.from(await blob.arrayBuffer())).toEqual(Buffer.from(content));
    });

    it('gives a part', async () => {
      const { file_id } = await upload('0123456789');
      const part = await filemill.downloadFile({ path: { file_id }, headers: { Range: 'bytes=2-4' } });
      expect(await part.text()).toBe('234');
    });
  });

  it('cancels, retries and deletes', async () => {
    const job = await gates.running();
    const path = { job_id: job.job_id };
    expect(await filemill.cancelJob({ path })).toMatchObject({ status: 'cancelled' });
    expect(await rejection(filemill.cancelJob({ path }))).toMatchObject({ code: 'job_settled' });
    expect(await filemill.retryJob({ path })).toMatchObject({ status: 'pending' });
    await gates.open([job]);
    expect(await filemill.waitForJob(job.job_id)).toMatchObject({ status: 'completed', attempt: 2 });
    const deleted = await filemill.deleteJob({ path });
    expect(deleted).toEqual({ job_id: job.job_id, file_id: job.file_id, file_deleted: true });
    expect(await rejection(filemill.getJob({ path }))).toMatchObject({ code: 'job_not_found' });
  });

  it('processes a stored file again', async () => {
    const { file_id, job_id } = await upload('once more');
    const again = await filemill.createJob({ body: { file_id, processor: 'text' } });
    expect(again.job_id).not.toBe(job_id);
    expect(await filemill.waitForJob(again.job_id)).toMatchObject({ file_id, status: 'completed' });
  });

  describe('errors', () => {
    it('carry the problem and the response', async () => {
      const error = await rejection(filemill.getJob({ path: { job_id: UNKNOWN_ID } }));
      expect(error).toBeInstanceOf(FilemillError);
      const { problem, response } = error as FilemillError;
      expect(problem).toMatchObject({ status: 404, code: 'job_not_found', job_id: UNKNOWN_ID });
      expect(response.headers.get('x-request-id')).toBe(problem.request_id);
    });

    it('name the fields that are wrong', async () => {
      const error = await rejection(filemill.listJobs({ query: { limit: 0 } }));
      expect((error as FilemillError).problem.errors).toEqual([
        { field: 'limit', message: 'limit must not be less than 1' },
      ]);
    });

    it('are problems too when something in between answers', async () => {
      const proxy = new Filemill({
        baseUrl: service.url,
        fetch: async () => new Response('<h1>Bad gateway</h1>', { status: 502, statusText: 'Bad Gateway' }),
      });
      expect(await rejection(proxy.livez())).toMatchObject({
        name: 'FilemillError',
        problem: { status: 502, code: 'unknown', title: 'Bad Gateway', detail: '<h1>Bad gateway</h1>' },
      });
    });

    it('of the network are those of fetch', async () => {
      const nowhere = new Filemill({ baseUrl: 'http://127.0.0.1:1' });
      expect(await rejection(nowhere.livez())).toMatchObject({ name: 'TypeError' });
      expect(await rejection(nowhere.waitForJob(UNKNOWN_ID))).toMatchObject({ name: 'TypeError' });
    });
  });

  it.each([
    ['import', `import { Filemill } from '@filemill/sdk';`, 'module'],
    ['require', `const { Filemill } = require('@filemill/sdk');`, 'commonjs'],
  ])('loads by %s', async (_, load, type) => {
    const use = `new Filemill({ baseUrl: '${service.url}' }).livez().then((answer) => console.log(answer.status));`;
    const [stdout, stderr] = await runScript(load + use, type);
    expect([stdout, stderr]).toEqual(['ok\n', '']);
  });
});
