import { createApp } from 'filemill';
import { Database, type Extension } from 'filemill/plugin-api';
import { startService, type TestService } from 'filemill/testing';
import assert from 'node:assert/strict';
import { mkdtempSync, openAsBlob, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { subtitles } from './index';
import type { CueHitDto } from './subtitles.dto';
import { SubtitlesProcessor } from './subtitles.processor';

const SAMPLES = join(__dirname, '..', 'samples');
const PATIENCE_MS = 15_000;

interface Job {
  readonly job_id: string;
  readonly status: string;
  readonly processor: string;
  readonly result: object | null;
  readonly error: { readonly code: string; readonly line?: number } | null;
  readonly artifacts: { readonly name: string; readonly content_type: string; readonly url: string }[];
}

async function get<T>(url: string): Promise<T> {
  const response = await fetch(url);
  assert.equal(response.status, 200, await response.clone().text());
  return (await response.json()) as T;
}

async function upload(url: string, name: string, fields: Record<string, string> = {}): Promise<Job> {
  return hand(url, await openAsBlob(join(SAMPLES, name)), basename(name), fields);
}

async function hand(url: string, file: Blob, name: string, fields: Record<string, string>): Promise<Job> {
  const form = new FormData();
  for (const [field, value] of Object.entries(fields)) form.set(field, value);
  form.set('file', file, name);
  const response = await fetch(`${url}/upload`, { method: 'POST', body: form });
  assert.equal(response.status, 200, await response.clone().text());
  const { job_id } = (await response.json()) as Job;
  return waitFor(
    () => get<Job>(`${url}/jobs/${job_id}`),
    ({ status }) => status === 'completed' || status === 'failed',
  );
}

const search = (url: string, q: string) =>
  get<CueHitDto[]>(`${url}/subtitles/search?q=${encodeURIComponent(q)}`);

/** What is looked for is indexed after its job has ended, so it may take a moment. */
const found = (url: string, q: string) =>
  waitFor(
    () => search(url, q),
    (hits) => hits.length > 0,
  );

async function waitFor<T>(probe: () => Promise<T>, accept: (value: T) => boolean): Promise<T> {
  for (const end = performance.now() + PATIENCE_MS; ; await setTimeout(5)) {
    const value = await probe();
    if (accept(value)) return value;
    assert.ok(performance.now() < end, `It stayed at ${JSON.stringify(value)}`);
  }
}

describe('the service with subtitles', () => {
  let service: TestService;
  before(async () => (service = await startService([subtitles], { SUBTITLES_SEARCH_LIMIT: '2' })));
  after(() => service.close());

  test('processes them by default, with their artifacts', async () => {
    const job = await upload(service.url, 'harbour.srt', { options: '{"max_chars_per_second":50}' });
    assert.deepEqual(
      [job.status, job.processor, job.result && 'too_fast' in job.result && job.result.too_fast],
      ['completed', 'subtitles', { count: 1, lines: [11] }],
    );
    const kinds = job.artifacts.map(({ name, content_type }) => [name, content_type]);
    assert.deepEqual(kinds, [
      ['transcript.txt', 'text/plain'],
      ['subtitles.vtt', 'text/vtt'],
    ]);
    const vtt = await fetch(new URL(job.artifacts[1].url, service.url));
    assert.match(await vtt.text(), /^WEBVTT\n\n00:00:01\.000 --> /);
  });

  test('still counts their words when it is asked to', async () => {
    const job = await upload(service.url, 'harbour.srt', { processor: 'text' });
    assert.equal(job.processor, 'text');
  });

  test('says which line of a file is wrong', async () => {
    const job = await upload(service.url, 'damaged/timing.srt');
    assert.deepEqual([job.status, job.error?.code, job.error?.line], ['failed', 'malformed_subtitles', 6]);
  });

  test('finds what is said, until the job is deleted', async () => {
    const { job_id } = await upload(service.url, 'lighthouse.vtt');
    assert.deepEqual(await found(service.url, 'LAMP is lit &'), [
      { job_id, filename: 'lighthouse.vtt', start_seconds: 1, text: 'The lamp is lit & turning.' },
    ]);
    assert.equal((await fetch(`${service.url}/jobs/${job_id}`, { method: 'DELETE' })).status, 200);
    assert.deepEqual(await search(service.url, 'lamp'), []);
  });

  test('answers a search with as many as the settings say', async () => {
    await upload(service.url, 'harbour.srt');
    await found(service.url, 'petrel');
    assert.equal((await search(service.url, ' ')).length, 2);
    assert.deepEqual(await search(service.url, '%'), [], 'a wildcard means itself');
  });

  test('finds every cue of a long file', async () => {
    const cues = Array.from({ length: 1234 }, (_, i) => `${i}\n00:00:00,000 --> 00:00:01,000\ncue no ${i}\n`);
    const { job_id } = await hand(service.url, new Blob([cues.join('\n')]), 'long.srt', {});
    const [hit] = await found(service.url, 'cue no 1233');
    assert.equal(hit.job_id, job_id);
  });

  test('keeps owners apart', async () => {
    const { job_id } = await upload(service.url, 'windows.srt');
    await found(service.url, 'Grüße');
    await service.app
      .get(Database)
      .transaction((queries) =>
        queries
          .withTables<{ subtitles_jobs: { job_id: string; owner: string } }>()
          .updateTable('subtitles_jobs')
          .set({ owner: 'somebody else' })
          .where('job_id', '=', job_id)
          .execute(),
      );
    assert.deepEqual(await search(service.url, 'Grüße'), []);
  });

  test('refuses a search for nothing, and options out of range', async () => {
    assert.equal((await fetch(`${service.url}/subtitles/search`)).status, 422);
    const form = new FormData();
    form.set('options', '{"max_chars_per_second":0}');
    form.set('file', await openAsBlob(join(SAMPLES, 'harbour.srt')), 'harbour.srt');
    const response = await fetch(`${service.url}/upload`, { method: 'POST', body: form });
    assert.equal(response.status, 422);
    assert.match(await response.text(), /options\.max_chars_per_second/);
  });

  test('shows what it adds in the OpenAPI document and among the processors', async () => {
    const { paths, components } = await get<{
      paths: object;
      components: { schemas: Record<string, { oneOf?: { $ref: string }[] }> };
    }>(`${service.url}/docs-json`);
    assert.ok('/subtitles/search' in paths);
    const errors = await fetch(`${service.url}/docs/errors`);
    assert.match(await errors.text(), /malformed_subtitles/);
    assert.ok('SubtitlesOptions' in components.schemas);
    const results = components.schemas['Result'].oneOf?.map(({ $ref }) => $ref);
    assert.ok(results?.includes('#/components/schemas/SubtitlesResult'));
    const processors = await get<{ name: string; extensions: string[] }[]>(`${service.url}/processors`);
    assert.ok(processors.some(({ name }) => name === 'subtitles'));
  });
});

test('does not start with a setting that is out of range', async () => {
  await assert.rejects(startService([subtitles], { SUBTITLES_SEARCH_LIMIT: '0' }), /SUBTITLES_SEARCH_LIMIT/);
});

test('makes good at the next start what a lost event left undone', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'filemill-subtitles-'));
  const deaf: Extension = { ...subtitles, module: { module: class {}, providers: [SubtitlesProcessor] } };
  try {
    await serving(dataDir, deaf, async (url) => {
      assert.equal((await upload(url, 'harbour.srt')).status, 'completed');
    });
    await serving(dataDir, subtitles, async (url) => {
      assert.equal((await found(url, 'petrel')).length, 1);
    });
  } finally {
    rmSync(dataDir, { recursive: true });
  }
});

/** The service on a data directory that outlives it. */
async function serving(dataDir: string, extension: Extension, use: (url: string) => Promise<void>) {
  const app = await createApp({ DATA_DIR: dataDir, LOG_LEVEL: 'silent' }, [extension]);
  try {
    await app.listen(0, '127.0.0.1');
    await use(await app.getUrl());
  } finally {
    await app.close();
  }
}
