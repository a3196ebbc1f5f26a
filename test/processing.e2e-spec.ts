import type { JobStatusDto } from '@app/jobs/jobs.dto';
import { ManualClock } from '@app/platform/clock/manual.clock';
import type { ProcessorDto } from '@app/processing/processing.dto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { startApp, type TestApp, type TestAppOptions } from './support/app';
import { Client, waitFor } from './support/client';
import { Gates } from './support/gates';
import { testProcessor } from './support/test-processors';
import { storedFiles, type StoredFiles } from './support/stored-files';

const services: TestApp[] = [];
afterEach(() => Promise.all(services.splice(0).map((service) => service.close())));

async function start(options: TestAppOptions = {}) {
  const service = await startApp(options);
  services.push(service);
  const client = new Client(service.url);
  return { service, client, gates: new Gates(client, service.dataDir) };
}

/** Moves the clock on, second by second, until `accept` holds for the job. */
function whenTimePasses(
  clock: ManualClock,
  client: Client,
  jobId: string,
  accept: (job: JobStatusDto) => boolean,
): Promise<JobStatusDto> {
  return waitFor(() => {
    clock.advance(1_000);
    return client.job(jobId);
  }, accept);
}

const hasSettled = ({ status }: JobStatusDto) => !['pending', 'processing'].includes(status);

describe('the text processor', () => {
  let service: TestApp;
  let client: Client;
  beforeAll(async () => {
    service = await startApp();
    client = new Client(service.url);
  });
  afterAll(() => service.close());

  it.each([
    ['nothing', '', [0, 0, 0, 'utf-8', false]],
    ['one line feed', '\n', [1, 0, 1, 'utf-8', false]],
    ['a last line without a line feed', 'a b\nc', [2, 3, 5, 'utf-8', false]],
    ['code points beyond the basic plane', 'naïve 🦄\n', [1, 2, 8, 'utf-8', false]],
    ['every kind of white space', 'a\u00a0b\u3000c\u2028d\x1ce\u200bf', [1, 5, 11, 'utf-8', false]],
    ['UTF-8 with a mark', '\ufeffab', [1, 1, 2, 'utf-8', true]],
    ['UTF-16', Buffer.from('\ufeffä 🦄\n', 'utf16le'), [1, 2, 4, 'utf-16le', true]],
    ['UTF-16 the other way round', Buffer.from('\ufeffx', 'utf16le').swap16(), [1, 1, 1, 'utf-16be', true]],
  ] as const)('counts %s', async (_, content, expected) => {
    const { job_id } = await client.upload(content);
    const { result } = await client.settled(job_id);
    const { line_count, word_count, char_count, encoding, byte_order_mark } = result as Record<
      string,
      unknown
    >;
    expect([line_count, word_count, char_count, encoding, byte_order_mark]).toEqual(expected);
  });

  it.each([
    ['UTF-8', Buffer.concat([Buffer.alloc(5000, 'a'), Buffer.from([0xff])]), 'invalid_text', 'utf-8', 5000],
    ['UTF-8 that ends too early', Buffer.from('ab\u20ac').subarray(0, 4), 'invalid_text', 'utf-8', 2],
    ['UTF-16 of an odd length', Buffer.from([0xff, 0xfe, 0x61]), 'invalid_text', 'utf-16le', 2],
    ['a lone surrogate', Buffer.from([0xfe, 0xff, 0xdc, 0x00]), 'invalid_text', 'utf-16be', 2],
    ['UTF-32', Buffer.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0]), 'unsupported_encoding', 'utf-32le', undefined],
  ])('fails the job on broken %s, at once and for good', async (_, content, code, encoding, offset) => {
    const { job_id } = await client.upload(content);
    const job = await client.settled(job_id);
    expect(job).toMatchObject({
      status: 'failed',
      attempt: 1,
      result: null,
      error: { type: `/docs/errors#${code}`, status: 422, code, encoding, detail: expect.any(String) },
    });
    expect((job.error as { byte_offset?: number }).byte_offset).toBe(offset);
  });
});

describe('a processor that misbehaves', () => {
  const processors = (...names: string[]) => names.map((name) => testProcessor(name));

  it('is ended when its time is over, and the others go on', async () => {
    const clock = new ManualClock();
    const { client, service } = await start({
      clock,
      environment: { JOB_TIMEOUT_SECONDS: '7' },
      processors: processors('looping'),
    });
    const markers = ['a', 'b'].map((name) => join(service.dataDir, name));
    const loops = [];
    for (const marker of markers) loops.push(await client.upload(marker, { filename: 'x.looping' }));
    await waitFor(() => markers.every(existsSync)); // their time runs
    const other = await client.upload('x');
    clock.advance(6_999);
    expect((await client.job(loops[0].job_id)).status).toBe('processing');
    clock.advance(1);
    for (const { job_id } of loops) {
      expect(await client.settled(job_id)).toMatchObject({
        status: 'failed',
        attempt: 1,
        error: { code: 'processing_timeout', detail: expect.stringContaining('7 seconds') },
        processing_time: 7,
      });
    }
    expect((await client.settled(other.job_id)).status).toBe('completed');
  });

  it('is ended when its time is over on a real clock too', async () => {
    const { client } = await start({
      environment: { JOB_TIMEOUT_SECONDS: '1', PROCESSING_CONCURRENCY: '1' },
      processors: processors('looping'),
    });
    const { job_id } = await client.upload('x', { filename: 'x.looping' });
    expect(await client.settled(job_id)).toMatchObject({ error: { code: 'processing_timeout' } });
    const next = await client.upload('x'); // which a slow machine may not end within a second either
    await client.jobWhen(next.job_id, ({ started_at }) => started_at !== null);
  });

  it('is ended when it wants too much memory, and the service goes on', async () => {
    const { client } = await start({
      environment: { JOB_MEMORY_MB: '32' },
      processors: processors('hogging'),
    });
    const { job_id } = await client.upload('x', { filename: 'x.hogging' });
    expect(await client.settled(job_id)).toMatchObject({
      status: 'failed',
      attempt: 1,
      error: { code: 'processing_out_of_memory', detail: expect.stringContaining('32 MiB') },
    });
    expect((await client.settled((await client.upload('x')).job_id)).status).toBe('completed');
  });

  it.each(['exiting', 'throwing', 'unserialisable', 'numeric', 'missing'])(
    'is tried again with pauses when it is %s, and then given up',
    async (name) => {
      const clock = new ManualClock();
      const { client } = await start({ clock, processors: processors(name) });
      const { job_id } = await client.upload('x', { filename: `x.${name}` });
      const first = await client.jobWhen(job_id, (job) => job.status === 'pending' && job.attempt === 1);
      expect(first).toMatchObject({ result: null, error: null, started_at: null });
      clock.advance(499); // the first pause is half a second at least
      await client.settled((await client.upload('x')).job_id);
      expect(await client.job(job_id)).toMatchObject({ status: 'pending', attempt: 1 });

      const job = await whenTimePasses(clock, client, job_id, hasSettled);
      expect(job).toMatchObject({
        status: 'failed',
        attempt: 3,
        result: null,
        error: { code: 'processing_failed', status: 500, attempts: 3 },
      });
      expect(JSON.stringify(job)).not.toContain(process.cwd());
      expect((await client.settled((await client.upload('x')).job_id)).status).toBe('completed');
    },
  );

  it('may get it right another time', async () => {
    const clock = new ManualClock();
    const { client, service } = await start({ clock, processors: processors('flaky') });
    const marker = join(service.dataDir, 'was-here');
    const { job_id } = await client.upload(marker, { filename: 'x.flaky' });
    const job = await whenTimePasses(clock, client, job_id, hasSettled);
    expect(job).toMatchObject({ status: 'completed', attempt: 2, result: { passed: true }, error: null });
    expect(existsSync(marker)).toBe(true);
  });

  it('fails the job at once, without its attempts, when it refuses the content', async () => {
    const { client } = await start({ clock: new ManualClock(), processors: processors('rejecting') });
    const { job_id } = await client.upload('x', { filename: 'x.rejecting' });
    expect(await client.settled(job_id)).toMatchObject({
      status: 'failed',
      attempt: 1,
      error: { code: 'poem_expected' },
    });
  });

  it('has all its attempts again after a retry', async () => {
    const clock = new ManualClock();
    const { client } = await start({
      clock,
      environment: { JOB_MAX_ATTEMPTS: '2' },
      processors: processors('throwing'),
    });
    const { job_id } = await client.upload('x', { filename: 'x.throwing' });
    await whenTimePasses(clock, client, job_id, hasSettled);
    await client.act(job_id, 'retry');
    expect(await whenTimePasses(clock, client, job_id, hasSettled)).toMatchObject({
      status: 'failed',
      attempt: 4,
    });
  });
});

describe('a job that runs', () => {
  it('shows how far it is, never going back, and 1 when it is done', async () => {
    const clock = new ManualClock();
    const { client, gates } = await start({ clock, processors: [testProcessor('gated')] });
    const job = await gates.running();
    const seen = [0];
    for (let look = 0; look < 5; look++) {
      const { progress } = await whenTimePasses(
        clock,
        client,
        job.job_id,
        (now) => now.progress > seen.at(-1)!,
      );
      seen.push(progress);
    }
    expect(Math.max(...seen)).toBeLessThan(1);
    const [done] = await gates.open([job]);
    expect(done).toMatchObject({ status: 'completed', progress: 1 });
  });

  it.each([
    ['is gone', (files: StoredFiles, blob: string) => files.remove(blob)],
    ['has lost its end', (files: StoredFiles, blob: string) => files.replace(blob, Buffer.from('to '))],
  ])('fails when its stored file %s', async (_, damage) => {
    const { service, client, gates } = await start({ processors: [testProcessor('gated')] });
    const busy = await gates.allThreads();
    const { file_id, job_id } = await client.upload('to be damaged');
    const files = storedFiles(service);
    await damage(
      files,
      (await files.blobs()).find((blob) => blob.includes(file_id))!,
    );
    await gates.open(busy);
    expect(await client.settled(job_id)).toMatchObject({
      status: 'failed',
      attempt: 1,
      error: { code: 'blob_missing', status: 500 },
    });
  });
});

describe('GET /processors', () => {
  it('lists what is installed', async () => {
    const { client } = await start({ processors: [testProcessor('gated')] });
    const answer = await client.send('/processors');
    const processors = answer.json<ProcessorDto[]>();
    expect(processors.map(({ name }) => name)).toEqual(expect.arrayContaining(['gated', 'text']));
    expect(processors.find(({ name }) => name === 'gated')).toEqual({
      name: 'gated',
      description: 'For tests',
      accepts: [{ extension: '.gated', media_type: 'text/plain' }],
      by_default: true,
      result_schema: '/docs-json#/components/schemas/AnyResult',
      options_schema: null,
    });
  });

  it.each([
    ['two processors of one name', { name: 'text' }, "Two processors are called 'text': rename one of them."],
    ['a name that is none', { name: 'My Processor' }, "'My Processor' is no name for a processor"],
    [
      'a malformed extension',
      { accepts: [{ extension: 'txt', mediaType: 'text/plain', content: 'text' as const }] },
      "'txt': write it like '.txt'",
    ],
    [
      'an extension twice',
      { accepts: [...testProcessor('a').accepts, ...testProcessor('a').accepts] },
      'twice',
    ],
  ])('is never reached with %s: the service does not start', async (_, options, message) => {
    await expect(startApp({ processors: [testProcessor('other', options)] })).rejects.toThrow(message);
  });
});
