import { startService, type TestService } from 'filemill/testing';
import assert from 'node:assert/strict';
import { get as httpGet, type IncomingMessage } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import type { ConcurrencyDto } from './concurrency.dto';
import { asyncOperations } from './index';
import type { TaskLogDto } from './operations.dto';
import { RequestTracker } from './request-tracker';

const PATIENCE_MS = 15_000;

let service: TestService;
before(async () => (service = await startService([asyncOperations])));
after(() => service.close());

async function call<T>(path: string, init?: RequestInit, status = 200): Promise<T> {
  const response = await fetch(`${service.url}${path}`, init);
  assert.equal(response.status, status, await response.clone().text());
  return (await response.json()) as T;
}

const post = <T>(path: string, body?: object, status = 202) =>
  call<T>(
    path,
    {
      method: 'POST',
      ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    },
    status,
  );

function upload<T>(path: string, fields: Record<string, string> = {}): Promise<T> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  form.set('file', new Blob(['hello wide world\n']), 'hello.txt');
  return call<T>(path, { method: 'POST', body: form });
}

async function waitFor<T>(probe: () => T | Promise<T>, accept: (value: T) => boolean): Promise<T> {
  for (const end = performance.now() + PATIENCE_MS; ; await setTimeout(5)) {
    const value = await probe();
    if (accept(value)) return value;
    assert.ok(performance.now() < end, `It stayed at ${JSON.stringify(value)}`);
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

/** The answer, of which nothing is read. */
const open = (path: string): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => httpGet(`${service.url}${path}`, resolve).once('error', reject));

describe('waiting', () => {
  test('five requests at once take as long as one', async () => {
    const slow = (id: number) => call(`/concurrent/slow?delay=1&request_id=${id}`);
    const one = await timed(() => slow(0));
    const five = await timed(() => Promise.all([1, 2, 3, 4, 5].map(slow)));
    assert.ok(five < 2 * one, `five took ${five} ms, one took ${one} ms`);
    const stats = await call<ConcurrencyDto>('/concurrent/stats');
    assert.deepEqual([stats.current_active, stats.total_processed], [0, 6]);
    assert.equal(stats.recent_requests[0].request_id, '0');
  });

  test('a request whose client has left is over', async () => {
    const { app } = service;
    const active = () => app.get(RequestTracker).statsOf('anonymous').active;
    const leaving = new AbortController();
    const request = fetch(`${service.url}/concurrent/slow?delay=10`, { signal: leaving.signal });
    await waitFor(active, (count) => count === 1);
    leaving.abort();
    await assert.rejects(request);
    const waited = await timed(() => waitFor(active, (count) => count === 0));
    assert.ok(waited < 5000, `it ran on for ${waited} ms`);
  });

  for (const kind of ['sync', 'async']) {
    test(`/${kind}/sleep takes what it is asked for`, async () => {
      const { slept_seconds, elapsed_ms } = await call<{ slept_seconds: number; elapsed_ms: number }>(
        `/${kind}/sleep/0.1`,
      );
      assert.equal(slept_seconds, 0.1);
      assert.ok(elapsed_ms >= 99);
    });
  }

  test('/async/fetch waits', async () => {
    const { data, elapsed_ms } = await call<{ data: string; elapsed_ms: number }>('/async/fetch?delay=0.1');
    assert.equal(data, 'Data after 0.1 s.');
    assert.ok(elapsed_ms >= 99);
  });

  test('others are answered while something is computed', async () => {
    const order: string[] = [];
    const compute = call<{ result: number }>('/sync/compute?n=37').then((answer) => {
      order.push('computed');
      return answer;
    });
    await call('/sync/sleep/0');
    order.push('slept');
    assert.equal((await compute).result, 24157817);
    assert.deepEqual(order, ['slept', 'computed']);
  });

  for (const path of [
    '/sync/sleep/11',
    '/async/sleep/-1',
    '/async/sleep/x',
    '/async/fetch?delay=100',
    '/sync/compute?n=41',
    '/sync/compute?n=1.5',
    '/concurrent/slow?delay=11',
    '/stream/numbers?count=0',
    '/stream/json?items=100000000',
  ]) {
    test(`refuses ${path}`, async () => {
      const { code } = await call<{ code: string }>(path, undefined, 422);
      assert.equal(code, 'validation_failed');
    });
  }
});

describe('uploads', () => {
  test('are saved, and can be had again', async () => {
    const saved = await upload<Record<string, string>>('/upload/file');
    assert.deepEqual(Object.keys(saved), [
      'filename',
      'content_type',
      'size_bytes',
      'saved_to',
      'upload_time_ms',
    ]);
    const file = await fetch(`${service.url}${saved.saved_to}`);
    assert.equal(await file.text(), 'hello wide world\n');
  });

  test('keep what is said about them', async () => {
    const fields = { description: 'A greeting', tags: 'hello, world', category: 'greetings' };
    const saved = await upload<Record<string, unknown>>('/upload/with-metadata', fields);
    assert.deepEqual(
      [saved.description, saved.tags, saved.category],
      ['A greeting', ['hello', 'world'], 'greetings'],
    );
    assert.ok(Date.parse(String(saved.uploaded_at)) > 0);
  });

  for (const path of ['/upload/process', '/upload-nonblocking/']) {
    test(`${path} answers before the file is processed`, async () => {
      const { job_id, status } = await upload<{ job_id: string; status: string }>(path);
      assert.equal(status, 'processing in background');
      const job = await call<{ status: string }>(`/jobs/${job_id}`, { headers: { prefer: 'wait=30' } });
      assert.equal(job.status, 'completed');
    });
  }

  test('/upload-blocking/ answers when it is', async () => {
    const { job_id, status } = await upload<{ job_id: string; status: string }>('/upload-blocking/');
    assert.equal(status, 'completed');
    assert.equal((await call<{ result: { word_count: number } }>(`/jobs/${job_id}`)).result.word_count, 3);
  });

  test('without a file are refused', async () => {
    const { code } = await call<{ code: string }>(
      '/upload/file',
      { method: 'POST', body: new FormData() },
      400,
    );
    assert.match(code, /missing_file|malformed_multipart/);
  });
});

describe('streams', () => {
  const text = async (path: string) => (await fetch(`${service.url}${path}`)).text();

  test('count', async () => {
    assert.equal(await text('/stream/numbers?count=3'), 'Number: 1\nNumber: 2\nNumber: 3\n');
    assert.match(await text('/stream/numbers?count=50000'), /\nNumber: 50000\n$/);
  });

  test('list items, a JSON document a line', async () => {
    const lines = (await text('/stream/json?items=2')).trimEnd().split('\n');
    assert.deepEqual(
      lines.map((line) => (JSON.parse(line) as { id: number }).id),
      [1, 2],
    );
  });

  test('log', async () => {
    assert.match(
      await text('/stream/logs'),
      /^\S+ INFO Log entry 1 of 10\n(.*\n){8}\S+ INFO Log entry 10 of 10\n$/,
    );
  });

  test('answer word by word, as they come', async () => {
    const response = await fetch(`${service.url}/stream/llm?prompt=good%20morning`);
    const chunks: string[] = [];
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) chunks.push(chunk);
    assert.match(chunks.join(''), /^You said: good morning This answer .* leave\.\n$/);
    assert.ok(chunks.length > 3, 'all at once');
  });

  test('wait for a client that does not read', async () => {
    const response = await open('/stream/numbers?count=10000000');
    let previous = -1;
    const received = await waitFor(
      async () => {
        previous = response.socket.bytesRead;
        await setTimeout(100);
        return response.socket.bytesRead;
      },
      (bytes) => bytes > 0 && bytes === previous,
    );
    assert.ok(received < 50_000_000, `${received} of 160 MB were sent to nobody`);
    response.destroy();
  });
});

describe('work for the background', () => {
  const log = (total: number) =>
    waitFor(
      () => call<TaskLogDto>('/tasks/log'),
      ({ total_tasks }) => total_tasks >= total,
    );

  test('is done after it was promised', async () => {
    await post('/log-activity/ada@example.org?activity_description=read%20the%20news');
    const { total_tasks, tasks } = await log(1);
    assert.deepEqual([total_tasks, tasks[0].description], [1, 'ada@example.org: read the news']);
  });

  test('compiles a report', async () => {
    await post('/request-intel-report', { recipient_email: 'ada@example.org', report_name: 'All' });
    const { tasks } = await log(2);
    assert.match(tasks[0].description, /^Report 'All' for ada@example\.org: (no jobs|jobs: .*\d completed)/);
  });

  test('shows the last twenty', async () => {
    for (let i = 0; i < 20; i++) await post('/log-activity/ada@example.org');
    const { total_tasks, tasks } = await log(22);
    assert.deepEqual([total_tasks, tasks.length], [22, 20]);
  });

  test('is not promised to what is no address', async () => {
    const { code } = await post<{ code: string }>('/log-activity/nobody', undefined, 422);
    assert.equal(code, 'validation_failed');
    await post('/request-intel-report', { recipient_email: 'nobody', report_name: 'All' }, 422);
  });
});

test('all routes are in the OpenAPI document', async () => {
  const { paths } = await call<{ paths: object }>('/docs-json');
  for (const path of [
    '/sync/sleep/{seconds}',
    '/async/sleep/{seconds}',
    '/async/fetch',
    '/sync/compute',
    '/upload/file',
    '/upload/with-metadata',
    '/upload/process',
    '/upload-blocking',
    '/upload-nonblocking',
    '/stream/numbers',
    '/stream/logs',
    '/stream/json',
    '/stream/llm',
    '/concurrent/slow',
    '/concurrent/stats',
    '/log-activity/{user_email}',
    '/tasks/log',
    '/request-intel-report',
  ]) {
    assert.ok(path in paths, path);
  }
});
