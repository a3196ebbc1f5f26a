import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startApp, type TestApp } from './support/app';
import { Client, type Answer, type UploadOptions } from './support/client';
import {
  closed,
  escape,
  routesOf,
  SchemaChecker,
  schemasOf,
  type OpenApiDocument,
  type Route,
} from './support/openapi-contract';
import { OPERATIONS } from './support/operations';
import { TUS, TusClient } from './support/tus';

const ROOT = join(__dirname, '..');
const PROBLEM = { $ref: '#/components/schemas/Problem' };
const UNKNOWN_ID = '019a9c1e-7b41-7000-9d3c-2f60c1a7e4b5';

const committed = JSON.parse(readFileSync(join(ROOT, 'openapi.json'), 'utf8')) as OpenApiDocument;
const routes = routesOf(committed);
const operations = routes.map((route): [string, Route] => [route.operationId, route]);
const schemas = schemasOf(committed);

/** Names of properties and parameters, by what their schema has to say. */
const CONVENTIONS: readonly (readonly [RegExp, object])[] = [
  [/^(job|file|user|key|task|webhook|delivery|report)_id$/, { format: 'uuid' }],
  [/(?<!taken)_at$/, { format: 'date-time' }],
  [/(_bytes|_count|_ms)$|^(attempt|limit)$/, { type: 'integer' }],
];

/** A schema as it is for a value that is not null. */
function withoutNull<T extends { type?: unknown }>(schema: T): T {
  const types = [schema.type].flat().filter((type) => type !== 'null');
  return types.length === 1 ? { ...schema, type: types[0] } : schema;
}

let service: TestApp;
let client: Client;
let document: OpenApiDocument;

beforeAll(async () => {
  service = await startApp();
  client = new Client(service.url);
  document = (await client.send('/docs-json')).json();
});
afterAll(() => service.close());

describe('the OpenAPI document', () => {
  it('is the one in the repository, in version 3.1', () => {
    expect(document).toEqual(committed);
    expect(document.openapi).toMatch(/^3\.1\./);
  });

  it('has the operations that clients are generated from', () => {
    expect(operations.map(([id]) => id).toSorted()).toEqual(OPERATIONS);
  });

  it('refers only to what it has', () => {
    const references = JSON.stringify(committed).matchAll(/"\$ref":"([^"]*)"/g);
    const targets = [...references].map(([, target]) => target);
    const known = Object.keys(committed.components.schemas).map((name) => `#/components/schemas/${name}`);
    expect(known).toEqual(expect.arrayContaining(targets));
    expect(targets.length).toBeGreaterThan(50);
  });

  it('says of every schema what it is', () => {
    const kinds = ['type', '$ref', 'anyOf', 'oneOf', 'allOf', 'enum', 'const'];
    const vague = schemas.filter(({ schema }) => !kinds.some((kind) => kind in schema));
    expect(vague).toEqual([]);
    expect(JSON.stringify(committed)).not.toContain('"nullable"');
    const bare = schemas.filter(({ schema }) => schema['type'] === 'object' && !describesMembers(schema));
    expect(bare).toEqual([]);
  });

  it('has one way to write times, ids and counts', () => {
    const properties = schemas.flatMap(({ schema }) => Object.entries(schema['properties'] ?? {}));
    const parameters = routes.flatMap((route) =>
      route.parameters.map(({ name, schema }) => [name, schema] as const),
    );
    const judged = [...properties, ...parameters].flatMap(([name, schema]) =>
      CONVENTIONS.filter(([names]) => names.test(name)).map(([, expected]) => ({ name, schema, expected })),
    );
    expect(judged.length).toBeGreaterThan(20);
    for (const { schema, expected } of judged) expect(withoutNull(schema)).toMatchObject(expected);
  });

  it('gives examples that fit', () => {
    const checker = new SchemaChecker(committed);
    const examples = schemas.filter(({ schema }) => 'example' in schema);
    expect(examples.length).toBeGreaterThan(30);
    const wrong = examples.map(({ schema, pointer }) => ({
      pointer,
      errors: checker.errors(schema['example'], pointer),
    }));
    expect(wrong.filter(({ errors }) => errors !== '')).toEqual([]);
  });

  it('gives every member of an answer an example, so that Swagger UI makes up none', () => {
    const { UploadResponse, JobStatus, DeletedJob, TextResult, Result } = committed.components.schemas;
    for (const { properties } of [UploadResponse, JobStatus, DeletedJob, TextResult]) {
      const silent = Object.entries(properties as Record<string, object>).filter(
        ([name, schema]) => name !== 'result' && !('example' in schema),
      );
      expect(silent).toEqual([]);
    }
    expect(new SchemaChecker(committed).errors(Result['example'], '/components/schemas/TextResult')).toBe('');
  });

  it('requires all of an answer, and null or Result as the result of a job', () => {
    const { UploadResponse, JobStatus, StoredFile } = committed.components.schemas;
    for (const schema of [UploadResponse, JobStatus, StoredFile]) {
      expect(schema['required']).toEqual(Object.keys(schema['properties']!));
    }
    expect(JobStatus['properties']).toMatchObject({
      result: { anyOf: [{ $ref: '#/components/schemas/Result' }, { type: 'null' }] },
    });
    const names = ['image', 'pdf', 'word', 'table', 'json', 'archive', 'text'];
    const references = names.map(
      (name) => `#/components/schemas/${name[0].toUpperCase()}${name.slice(1)}Result`,
    );
    expect(committed.components.schemas['Result']).toMatchObject({
      oneOf: references.map(($ref) => ({ $ref })),
      discriminator: {
        propertyName: 'processor',
        mapping: Object.fromEntries(names.map((name, index) => [name, references[index]])),
      },
    });
  });

  it('asks for the file alone, and prefills nothing that would be sent along', () => {
    const { properties, required } = committed.components.schemas['UploadForm'];
    expect(required).toEqual(['file']);
    const { file, ...others } = properties as Record<string, object>;
    expect(file).toMatchObject({ type: 'string', format: 'binary' });
    expect(Object.keys(others)).toEqual([
      'description',
      'tags',
      'category',
      'processor',
      'options',
      'expires_in',
      'priority',
      'notify_email',
      'callback_url',
    ]);
    for (const schema of Object.values(others)) expect(schema).toMatchObject({ type: 'string', example: '' });
  });
});

describe.each(operations)('%s', (_, { method, path, summary, tags, parameters, responses, security }) => {
  const answers = Object.entries(responses);

  it('is described, and so is everything about it', () => {
    expect(summary).toMatch(/^[A-Z].*[^.]$/);
    expect(tags).toHaveLength(1);
    expect(committed.tags.map(({ name }) => name)).toContain(tags[0]);
    for (const { description } of parameters) expect(description).toMatch(/\w/);
    for (const [, { description }] of answers) expect(description).toMatch(/\w/);
  });

  it('takes ids in its path and bounded values in its query', () => {
    const placeholders = [...path.matchAll(/{(\w+)}/g)].map(([, name]) => name);
    const inPath = parameters.filter((parameter) => parameter.in === 'path');
    expect(inPath.map(({ name }) => name)).toEqual(placeholders);
    for (const parameter of inPath) {
      const format = parameter.name.endsWith('_id') ? { format: 'uuid' } : {};
      expect(parameter).toMatchObject({ required: true, schema: { type: 'string', ...format } });
    }
    const inQuery = parameters.filter((parameter) => parameter.in === 'query');
    for (const { required, schema } of inQuery) {
      expect(required).toBe(false);
      expect(Object.keys(schema)).toContainEqual(expect.stringMatching(/^(maxLength|maximum|format|\$ref)$/));
    }
    const limits = inQuery.filter(({ name }) => name === 'limit').map(({ schema }) => schema);
    const isList = method === 'get' && inQuery.length > 0 && /^(\/admin)?\/[^/]+$|\/deliveries$/.test(path);
    expect(limits).toEqual(isList ? [{ type: 'integer', minimum: 1, maximum: 500, default: 50 }] : []);
  });

  it('answers with a schema, or in headers alone', () => {
    const successes = answers.filter(([status]) => status.startsWith('2'));
    expect(successes.length).toBeGreaterThan(0);
    for (const [status, { content = {}, headers = {} }] of successes) {
      const types = Object.keys(content);
      if (status === '204' || 'Upload-Offset' in headers) {
        expect(types).toEqual([]);
        continue;
      }
      expect(types[0]).toMatch(/^(application\/(json|octet-stream)|text\/event-stream)$/);
      expect(types.slice(1)).toEqual(types.length > 1 ? ['application/x-ndjson'] : []);
      for (const { schema } of Object.values(content)) expect(schema).toBeDefined();
    }
  });

  it('says who may', () => {
    const isPublic = security.length === 0;
    expect(isPublic || security).toEqual(isPublic || [{}, { bearer: [] }, { apiKey: [] }]);
    for (const code of ['not_authenticated', 'forbidden'])
      expect(JSON.stringify(responses).includes(`"code":"${code}"`)).toBe(!isPublic);
  });

  it('says whether it is limited', () => {
    const isLimited = !['/livez', '/readyz', '/capacity', '/limits'].includes(path);
    expect(JSON.stringify(responses['429'] ?? {}).includes('"code":"rate_limited"')).toBe(isLimited);
  });

  it('answers errors with problems, an example of each', () => {
    const errors = answers.filter(([status]) => Number(status) >= 400);
    expect(Object.keys(responses)).toContain('500');
    expect('503' in responses).toBe(!['/livez', '/limits'].includes(path)); // they need no database
    const checker = new SchemaChecker(committed);
    for (const [status, { content = {} }] of errors) {
      expect(Object.entries(content)).toEqual([
        ['application/problem+json', { schema: PROBLEM, examples: expect.anything() }],
      ]);
      for (const { value } of Object.values(content['application/problem+json'].examples!)) {
        expect(value).toMatchObject({ status: Number(status) });
        expect(checker.errors(value, '/components/schemas/Problem')).toBe('');
      }
    }
  });
});

const UNKNOWN_UPLOAD = `/upload/resumable/${UNKNOWN_ID}`;

describe('what the service answers', () => {
  /** Documented answers are closed here, so that a member which nobody documented is an error. */
  const checker = new SchemaChecker(closed(committed));

  function expectAsDocumented(operationId: string, status: number, answer: Answer): void {
    const { path, method, responses } = routes.find((route) => route.operationId === operationId)!;
    expect([answer.status, answer.text]).toEqual([status, expect.anything()]);
    const { content = {}, headers = {} } = responses[status] ?? {};
    expect(Object.keys(responses)).toContain(String(status));
    const missing = Object.keys(headers).filter((name) => name !== 'Link' && !answer.headers.has(name));
    expect(missing).toEqual([]);
    if (Object.keys(content).length === 0 || 'application/octet-stream' in content) return;
    const type = answer.headers.get('content-type')?.split(';')[0] ?? '';
    const pointer = ['', 'paths', path, method, 'responses', String(status), 'content', type, 'schema'];
    expect(Object.keys(content)).toContain(type);
    expect(checker.errors(answer.json(), pointer.map(escape).join('/'))).toBe('');
  }

  const get = (path: string, headers: Record<string, string> = {}) => client.send(path, { headers });
  const send = (content: string, options: UploadOptions) => client.sendUpload(content, options);

  it.each([
    ['livez', 200, () => get('/livez')],
    ['readyz', 200, () => get('/readyz')],
    ['listProcessors', 200, () => get('/processors')],
    ['upload', 200, () => send('x', { fields: { description: 'd', tags: 'a,b', category: 'c' } })],
    ['upload', 400, () => send('x', { filename: 'x.exe' })],
    ['upload', 413, () => send('x', { fields: { description: 'x'.repeat(20_000) } })],
    ['upload', 415, () => client.sendJson('/upload', {})],
    ['upload', 422, () => send('x', { fields: { description: 'x'.repeat(1001) } })],
    ['createResumableUpload', 412, () => client.send('/upload/resumable', { method: 'POST' })],
    ['appendResumableUpload', 404, () => new TusClient(client.url).append(UNKNOWN_UPLOAD, 0, 'x')],
    ['appendResumableUpload', 415, () => client.send(UNKNOWN_UPLOAD, { method: 'PATCH', headers: TUS })],
    ['terminateResumableUpload', 404, () => new TusClient(client.url).terminate(UNKNOWN_UPLOAD)],
    ['createJob', 400, () => client.sendJson('/jobs', 'no object')],
    ['createJob', 404, () => client.sendJson('/jobs', { file_id: UNKNOWN_ID })],
    ['createJob', 413, () => client.sendJson('/jobs', { file_id: 'x'.repeat(200_000) })],
    ['createJob', 415, () => client.send('/jobs', { method: 'POST', body: 'x' })],
    ['createJob', 422, () => client.sendJson('/jobs', { file_id: 'x', more: 1 })],
    ['listJobs', 200, () => get('/jobs')],
    ['listJobs', 422, () => get('/jobs?limit=501')],
    ['listFiles', 200, () => get('/files')],
    ['listFiles', 422, () => get('/files?limit=0')],
    ['getJob', 404, () => get(`/jobs/${UNKNOWN_ID}`)],
    ['watchJob', 404, () => get(`/jobs/${UNKNOWN_ID}/events`)],
    ['watchJob', 422, () => get(`/jobs/${UNKNOWN_ID}/events?last_event_id=x`)],
    ['watchJobs', 422, () => get('/jobs/events', { 'last-event-id': 'x' })],
    ['watchActivity', 422, () => get('/activity/stream', { 'last-event-id': 'x' })],
    ['deleteJob', 404, () => client.delete(UNKNOWN_ID)],
    ['getResult', 404, () => get(`/jobs/${UNKNOWN_ID}/result`)],
    ['cancelJob', 404, () => client.act(UNKNOWN_ID, 'cancel')],
    ['retryJob', 404, () => client.act(UNKNOWN_ID, 'retry')],
    ['downloadFile', 404, () => get(`/files/${UNKNOWN_ID}`)],
  ] as const)('%s %d is as documented', async (operationId, status, ask) => {
    expectAsDocumented(operationId, status, await ask());
  });

  it('is as documented on the way of a job', async () => {
    const { job_id, file_id } = await client.upload('a\nb\n');
    await client.settled(job_id);
    const job = `/jobs/${job_id}`;
    const file = `/files/${file_id}`;
    const first = await get(job);
    expectAsDocumented('getJob', 200, first);
    expectAsDocumented('getJob', 304, await get(job, { 'if-none-match': first.headers.get('etag')! }));
    expectAsDocumented('getJob', 412, await get(job, { 'if-match': '"other"' }));
    expectAsDocumented('getResult', 200, await get(`${job}/result`));
    expectAsDocumented('cancelJob', 409, await client.act(job_id, 'cancel'));
    expectAsDocumented('retryJob', 409, await client.act(job_id, 'retry'));
    expectAsDocumented('createJob', 200, await client.sendJson('/jobs', { file_id, processor: 'text' }));
    const whole = await get(file);
    expectAsDocumented('downloadFile', 200, whole);
    expectAsDocumented('downloadFile', 206, await get(file, { range: 'bytes=0-1' }));
    expectAsDocumented('downloadFile', 304, await get(file, { 'if-none-match': whole.headers.get('etag')! }));
    expectAsDocumented('downloadFile', 412, await get(file, { 'if-match': '"other"' }));
    expectAsDocumented('downloadFile', 416, await get(file, { range: 'bytes=99-' }));
    expectAsDocumented('deleteJob', 200, await client.delete(job_id));
  });

  it('is as documented for a job that failed', async () => {
    const { job_id } = await client.upload(new Uint8Array([0x61, 0xff]));
    expect(await client.settled(job_id)).toMatchObject({ status: 'failed' });
    expectAsDocumented('getJob', 200, await get(`/jobs/${job_id}`));
    expectAsDocumented('getResult', 409, await get(`/jobs/${job_id}/result`));
    expectAsDocumented('retryJob', 200, await client.act(job_id, 'retry'));
  });
});

describe('the pages for people', () => {
  it('explain every error that the code knows', async () => {
    const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' });
    const errors = sources.filter((name) => /\.errors?\.ts$/.test(name));
    const texts = errors.map((name) => readFileSync(join(ROOT, 'src', name), 'utf8'));
    const codes = texts.flatMap((text) => [...text.matchAll(/^ {2}code: '(\w+)'/gm)].map(([, code]) => code));
    expect(codes).toEqual(expect.arrayContaining(['job_not_found', 'invalid_text', 'storage_full']));
    const page = (await client.send('/docs/errors')).text;
    const markdown = readFileSync(join(ROOT, 'docs', 'errors.md'), 'utf8');
    for (const code of codes) {
      expect(page).toContain(`<section id="${code}">`);
      expect(markdown).toContain(`\n## ${code}\n`);
    }
  });

  it('need nothing from elsewhere', async () => {
    const { text } = await client.send('/docs');
    const linked = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, target]) => target);
    expect(linked.length).toBeGreaterThan(3);
    for (const target of linked) {
      const { origin, pathname } = new URL(target, `${service.url}/docs`);
      expect(origin).toBe(service.url);
      expect((await client.send(pathname)).status).toBe(200);
    }
  });
});

function describesMembers(schema: object): boolean {
  return 'properties' in schema || 'additionalProperties' in schema;
}
