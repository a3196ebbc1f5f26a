import type { FileDto } from '@app/files/files.dto';
import type { JobStatusDto } from '@app/jobs/jobs.dto';
import { startApp, type TestApp } from './support/app';
import { Client } from './support/client';
import { Gates } from './support/gates';
import { expectProblem } from './support/problem';
import { testProcessor } from './support/test-processors';

const NEXT = /^<(.+)>; rel="next"$/;

describe.each([
  ['/jobs', 'job_id'],
  ['/files', 'file_id'],
] as const)('GET %s, page by page', (route, id) => {
  let service: TestApp;
  let client: Client;
  beforeAll(async () => {
    service = await startApp();
    client = new Client(service.url);
  });
  afterAll(() => service.close());

  const idOf = (entry: unknown) => (entry as Record<string, string>)[id];
  const uploaded = async (count: number) => {
    const uploads = await Promise.all(Array.from({ length: count }, () => client.upload('x')));
    return uploads.map(idOf);
  };
  const newestFirst = (ids: readonly string[]) => ids.toSorted().toReversed();

  /** Follows the links to the end; `between` happens after each page. */
  async function walk(start: string, between: () => Promise<unknown> = async () => {}) {
    const pages: string[][] = [];
    for (let path: string | undefined = start; path; await between()) {
      const answer = await client.send(path);
      expect(answer.status).toBe(200);
      pages.push(answer.json<unknown[]>().map(idOf));
      path = NEXT.exec(answer.headers.get('link') ?? '')?.[1];
    }
    return pages;
  }

  it('is an empty array at first, without a link', async () => {
    const answer = await client.send(route);
    expect([answer.status, answer.json(), answer.headers.get('link')]).toEqual([200, [], null]);
  });

  it('gives every entry once, newest first, whatever the size of the pages', async () => {
    await uploaded(23);
    const all = (await client.send(`${route}?limit=500`)).json<unknown[]>().map(idOf);
    expect(all).toEqual(newestFirst(all));
    expect(new Set(all).size).toBe(23);
    for (const [limit, sizes] of [
      [1, Array<number>(23).fill(1)],
      [10, [10, 10, 3]],
      [23, [23]],
      [24, [23]],
    ] as const) {
      const pages = await walk(`${route}?limit=${limit}`);
      expect(pages.map(({ length }) => length)).toEqual(sizes);
      expect(pages.flat()).toEqual(all);
    }
  });

  it('neither repeats nor skips an entry while new ones come in and old ones go', async () => {
    const before = (await client.send(`${route}?limit=500`)).json<Record<string, string>[]>();
    const first = before[0];
    let gone = false;
    const pages = await walk(`${route}?limit=4`, async () => {
      await uploaded(2);
      if (!gone) gone = (await client.delete(first['job_id'] ?? (await jobOf(first)))).status === 200;
    });
    expect(pages.flat()).toEqual(before.map(idOf));
    expect(gone).toBe(true);
  });

  const jobOf = async ({ file_id }: Record<string, string>) =>
    (await client.jobs('?limit=500')).find((job) => job.file_id === file_id)!.job_id;

  it('keeps the filters of the request in the link', async () => {
    const [one] = await Promise.all(
      ['ä&b', 'ä&b', 'other'].map((category) => client.upload('x', { fields: { category } })),
    );
    const answer = await client.send(`${route}?category=${encodeURIComponent('ä&b')}&limit=1`);
    const [, next] = NEXT.exec(answer.headers.get('link')!)!;
    const rest = await client.send(next);
    expect([...answer.json<unknown[]>(), ...rest.json<unknown[]>()].map(idOf)).toHaveLength(2);
    expect(rest.headers.get('link')).toBeNull();
    expect(one.category).toBe('ä&b');
  });

  it('has 50 entries a page when nothing else is asked for', async () => {
    await uploaded(60);
    const [page] = await walk(route);
    expect(page).toHaveLength(50);
  });

  it.each([
    'limit=0',
    'limit=-1',
    'limit=501',
    'limit=1.5',
    'limit=ten',
    'limit=',
    'limit=1e999',
    'limit=NaN',
    'limit=5&limit=6',
    'cursor=x',
    'cursor=',
    'cursor=../../etc',
    "cursor=' or 1=1 --",
    'cursor=019a9c1e-7b3d-7c52-8a41-5d8f3c9b2e10&cursor=019a9c1e-7b3d-7c52-8a41-5d8f3c9b2e10',
    'filename=a&filename=b',
    'category[]=a',
    'tag[$ne]=a',
    'colour=red',
    'filename=a%00',
    `tag=${'x'.repeat(101)}`,
    `filename=${'x'.repeat(256)}`,
  ])('refuses ?%s', async (query) => {
    const answer = await client.send(`${route}?${query}`);
    const { errors } = expectProblem(answer, { status: 422, code: 'validation_failed', instance: route });
    const [field] = decodeURI(query).split('=');
    expect(new Set(errors?.map((error) => error.field))).toEqual(new Set([field]));
  });

  it.each(['limit=1', 'limit=500', 'cursor=00000000-0000-0000-0000-000000000000', ''])(
    'takes ?%s',
    async (query) => expect((await client.send(`${route}?${query}`)).status).toBe(200),
  );
});

describe('filters', () => {
  let service: TestApp;
  let client: Client;
  const jobs = new Map<string, string>();

  const uploads = {
    a: { content: 'x', filename: 'Report-100%.txt', fields: { category: 'reports', tags: '2026,draft' } },
    b: { content: 'x', filename: 'report_2.md', fields: { category: 'reports', tags: '2026' } },
    c: { content: 'x', filename: 'poem.rejecting', fields: { category: 'poems', tags: 'draft' } },
    d: { content: 'x', filename: 'ÄRGER.txt', fields: { tags: '20' } },
  };

  beforeAll(async () => {
    const environment = { PROCESSING_CONCURRENCY: '1' };
    service = await startApp({
      environment,
      processors: ['rejecting', 'gated'].map((name) => testProcessor(name)),
    });
    client = new Client(service.url);
    for (const [key, { content, ...options }] of Object.entries(uploads)) {
      const { job_id, file_id } = await client.upload(content, options);
      await client.settled(job_id);
      jobs.set(job_id, key).set(file_id, key);
    }
    const gates = new Gates(client, service.dataDir);
    await client.act((await gates.running()).job_id, 'cancel');
    await gates.running();
    await gates.job(); // waits
  });
  afterAll(() => service.close());

  const keysOf = (ids: readonly string[]) => ids.map((id) => jobs.get(id) ?? '?').join('');
  const ask = (query: Record<string, string>) => `?${new URLSearchParams(query).toString()}`;
  const found = async (query: Record<string, string>) => ({
    jobs: keysOf((await client.jobs(ask(query))).map(({ job_id }) => job_id)),
    files: keysOf((await client.files(ask(query))).map(({ file_id }) => file_id)),
  });

  it.each([
    [{ category: 'reports' }, 'ba'],
    [{ category: 'Reports' }, ''],
    [{ tag: 'draft' }, 'ca'],
    [{ tag: '20' }, 'd'],
    [{ tag: '2026' }, 'ba'],
    [{ filename: 'REPORT' }, 'ba'],
    [{ filename: '%' }, 'a'],
    [{ filename: '_' }, 'b'],
    [{ filename: '\\' }, ''],
    [{ filename: 'ÄRG' }, 'd'],
    [{ category: 'reports', tag: 'draft' }, 'a'],
    [{ category: 'reports', tag: '2026', filename: '.md' }, 'b'],
    [{ category: 'poems', tag: '2026' }, ''],
  ])('%j finds the same among jobs and files', async (query, expected) => {
    expect(await found(query)).toEqual({ jobs: expected, files: expected });
  });

  it.each([
    [{ status: 'completed' }, 'dba'],
    [{ status: 'failed' }, 'c'],
    [{ status: 'failed', processor: 'text' }, ''],
    [{ processor: 'rejecting' }, 'c'],
    [{ processor: 'none' }, ''],
    [{ status: 'completed', category: 'reports', tag: 'draft', filename: 'rep', processor: 'text' }, 'a'],
  ])('%j finds jobs', async (query, expected) => {
    const ids = (await client.jobs(ask(query))).map(({ job_id }) => job_id);
    expect(keysOf(ids)).toBe(expected);
  });

  it.each(['pending', 'processing', 'cancelled'] as const)(
    'status=%s finds what is in it',
    async (status) => {
      const listed = await client.jobs(`?status=${status}`);
      expect(listed.map((job) => [job.status, job.processor])).toEqual([[status, 'gated']]);
    },
  );

  it.each(['status=done', 'status=', 'status=failed&status=pending', `processor=${'x'.repeat(101)}`])(
    'refuses ?%s',
    async (query) => {
      expectProblem(await client.send(`/jobs?${query}`), { status: 422, code: 'validation_failed' });
    },
  );

  it('lists jobs and files as they are shown one by one', async () => {
    const listed: JobStatusDto[] = await client.jobs('?processor=text');
    expect(listed).toEqual(await Promise.all(listed.map(({ job_id }) => client.job(job_id))));
    const [file]: FileDto[] = await client.files('?filename=100%25');
    expect(file).toEqual({
      file_id: expect.any(String),
      filename: 'Report-100%.txt',
      content_type: 'text/plain',
      expires_at: null,
      size_bytes: 1,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      description: null,
      category: 'reports',
      tags: ['2026', 'draft'],
      uploaded_at: expect.stringMatching(/Z$/),
    });
  });
});
