import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CATCH_ALL } from '@app/platform/http/allowed-methods';
import { expectStatus, keyOf, newKey, newUser } from './support/accounts';
import { startApp, type TestApp } from './support/app';
import { Client, waitFor, type Answer } from './support/client';
import { routesOf, type OpenApiDocument, type Route } from './support/openapi-contract';
import { testProcessor } from './support/test-processors';
import { PIECE, TUS, TusClient } from './support/tus';

const document = JSON.parse(readFileSync(join(__dirname, '..', 'openapi.json'), 'utf8')) as OpenApiDocument;
const routes = routesOf(document);
const paths = Object.keys(document.paths);
/** What Express has of its routes. */
interface RoutedApp {
  readonly router: { readonly stack: readonly { readonly route?: { readonly path: unknown } }[] };
}

const VERBS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
const UNKNOWN_ID = '019a9c1e-7b41-7000-9d3c-2f60c1a7e4b5';

/** What else an answer may depend on. */
const HEADERS: readonly Record<string, string>[] = [
  {},
  { range: 'bytes=0-1' },
  { accept: 'text/event-stream', 'last-event-id': '0' },
  { accept: 'application/x-ndjson' },
  { prefer: 'wait=5' },
  { 'if-none-match': '*' },
  { 'if-match': '*' },
];

/**
 * The placeholders of paths. A new one belongs here with something that exists (below, in `victims`): that is
 * all it takes for its routes to be tried.
 */
const PLACEHOLDERS = [
  'job_id',
  'file_id',
  'upload_id',
  'key_id',
  'task_id',
  'webhook_id',
  'delivery_id',
  'report_id',
  'name',
] as const;
type Ids = Record<(typeof PLACEHOLDERS)[number], string>;

/**
 * Routes without an id in their path, and what keeps one caller's things from another there: `list` shows
 * them, `own` creates or touches only what is the caller's, `none` has nothing of anybody,
 * `admin` is closed to all of them.
 */
const WITHOUT_ID: Readonly<Record<string, 'list' | 'own' | 'none' | 'admin'>> = {
  listJobs: 'list',
  listFiles: 'list',
  listApiKeys: 'list',
  getCurrentUser: 'list',
  listActivity: 'list',
  createActivityEntry: 'own',
  watchActivity: 'own', // tried in activity.e2e-spec.ts
  listAllActivity: 'admin',
  getStats: 'own', // tried in stats.e2e-spec.ts
  getThroughput: 'own',
  listWebhooks: 'list',
  listReports: 'list',
  getNotificationSettings: 'list',
  createWebhook: 'own',
  createReport: 'own',
  rotateCallbackSecret: 'own',
  updateNotificationSettings: 'own',
  watchJobs: 'own', // tried below
  createJob: 'own', // tried below
  upload: 'own',
  uploadFiles: 'own',
  uploadUrl: 'own',
  createResumableUpload: 'own',
  createApiKey: 'own',
  updateCurrentUser: 'own',
  changePassword: 'own',
  deleteCurrentUser: 'own',
  logout: 'own',
  logoutByCookie: 'own',
  listAllJobs: 'admin',
  listUsers: 'admin',
  getQueue: 'admin',
  pauseProcessing: 'admin',
  resumeProcessing: 'admin',
  openQueues: 'admin',
  login: 'none',
  register: 'none',
  refreshTokens: 'none',
  loginByCookie: 'none',
  refreshByCookie: 'none',
  listProcessors: 'none',
  getCapacity: 'none',
  getLimits: 'none',
  livez: 'none',
  readyz: 'none',
};

let service: TestApp;
let owner: Client;
let victims: Ids;
let intruders: Record<string, Client>;

beforeAll(async () => {
  service = await startApp({ processors: [testProcessor('deriving')] });
  owner = await newUser(service.url, 'owner');
  const { job_id, file_id } = await owner.upload('stream', { filename: 'a.deriving' });
  const [{ name }] = (await owner.settled(job_id)).artifacts;
  const upload = await new TusClient(service.url, owner.headers).begin(9);
  const { key_id } = await newKey(owner);
  const upload_id = upload.split('/').at(-1)!;
  const { webhook_id } = expectStatus(
    await owner.sendJson('/webhooks', { url: 'https://owner.example.org/' }),
    201,
  ).json<{ webhook_id: string }>();
  const test = await owner.send(`/webhooks/${webhook_id}/test`, { method: 'POST' });
  const { delivery_id } = expectStatus(test, 202).json<{ delivery_id: string }>();
  const report_id = await reportOf(owner);
  victims = { job_id, file_id, upload_id, key_id, task_id: job_id, webhook_id, delivery_id, report_id, name };
  const other = await newUser(service.url, 'intruder');
  intruders = {
    'another user': other,
    'a key of another user': await keyOf(other),
    'nobody in particular': new Client(service.url),
  };
});
afterAll(() => service.close());

async function reportOf(user: Client): Promise<string> {
  const wish = { recipient_email: 'owner@example.org', report_name: 'mine' };
  const { report_id } = expectStatus(await user.sendJson('/reports', wish), 202).json<{
    report_id: string;
  }>();
  await waitFor(async () => (await user.send(`/reports/${report_id}/download`)).status === 200);
  return report_id;
}

const placeholdersOf = (path: string) => [...path.matchAll(/{(\w+)}/g)].map(([, name]) => name);

/** @throws Error for a placeholder that nobody has told this suite about */
function fill(path: string, ids: Ids): string {
  return path.replaceAll(/{(\w+)}/g, (_, name: string) => {
    if (name in ids) return ids[name as keyof Ids];
    throw new Error(`Add {${name}} to PLACEHOLDERS, and something of the owner's to victims.`);
  });
}

/** The same path with ids that nobody has. What has no id of its own stays: it is under one that has. */
function unknown(): Ids {
  return {
    ...victims,
    job_id: UNKNOWN_ID,
    file_id: UNKNOWN_ID,
    upload_id: UNKNOWN_ID,
    key_id: UNKNOWN_ID,
    task_id: UNKNOWN_ID,
    webhook_id: UNKNOWN_ID,
    delivery_id: UNKNOWN_ID,
    report_id: UNKNOWN_ID,
  };
}

function send(
  caller: Client,
  method: string,
  path: string,
  headers: Record<string, string>,
): Promise<Answer> {
  const isTus = path.startsWith('/upload/resumable/');
  const protocol: Record<string, string> = method === 'PATCH' ? { ...PIECE, 'upload-offset': '0' } : TUS;
  if (isTus) return caller.send(path, { method, headers: { ...protocol, ...headers } });
  const change = method === 'PATCH' && {
    body: '{}',
    headers: { 'content-type': 'application/json', ...headers },
  };
  return caller.send(path, { method, headers, ...change });
}

/** All that an answer tells, but for the id itself, and what is different every time. */
function told(answer: Answer, ids: Ids): object {
  const anonymised = (text: string) =>
    Object.values(ids).reduce((left, id) => (id === victims.name ? left : left.replaceAll(id, 'ID')), text);
  const headers = [...answer.headers].filter(([name]) => !['date', 'x-request-id'].includes(name));
  const body = anonymised(answer.text).replace(/"request_id":"[^"]*"/, '');
  return { status: answer.status, headers: headers.map(([name, value]) => [name, anonymised(value)]), body };
}

describe('every route', () => {
  it('is known here', () => {
    const unknownHere = routes
      .filter(({ path, operationId }) => placeholdersOf(path).length === 0 && !(operationId in WITHOUT_ID))
      .map(({ operationId }) => operationId);
    expect(unknownHere).toEqual([]);
    const gone = Object.keys(WITHOUT_ID).filter(
      (id) => !routes.some(({ operationId }) => operationId === id),
    );
    expect(gone).toEqual([]);
    const placeholders = new Set(paths.flatMap(placeholdersOf));
    expect([...placeholders].toSorted()).toEqual([...PLACEHOLDERS].toSorted());
  });

  it('that is served is in the document, which this suite goes by', () => {
    const { stack } = (service.app.getHttpAdapter().getInstance() as RoutedApp).router;
    const served = stack.flatMap(({ route }) => route ?? []).map(({ path }) => String(path));
    const documented = new Set(paths.map((path) => path.replaceAll(/{(\w+)}/g, ':$1')));
    const apart = new Set(served.filter((path) => !documented.has(path) && !CATCH_ALL.test(path)));
    const undocumented = [...apart].filter((path) => !/^\/docs(\W|$)/.test(path));
    expect(undocumented).toEqual(['/metrics', '/admin/queues', '/admin/queues/*path']); // of nobody, of administrators
    expect([...documented].filter((path) => !served.includes(path))).toEqual([]);
  });

  it('that takes the id of something in its body or query is tried here', () => {
    const inBodies = Object.entries(document.components.schemas).filter(([name]) => isTaken(name));
    const taken = inBodies.flatMap(([name, { properties }]) =>
      Object.keys(properties ?? {})
        .filter((member) => member.endsWith('_id'))
        .map((member) => `${name}.${member}`),
    );
    const inQueries = routes.flatMap(({ operationId, parameters }) =>
      parameters
        .filter(({ name, in: place }) => place === 'query' && name.endsWith('_id'))
        .map(({ name }) => `${operationId}.${name}`),
    );
    expect([...taken, ...inQueries]).toEqual([
      'CreateJob.file_id',
      'watchJobs.last_event_id', // the number of an event, of whatever owner
      'watchJob.last_event_id',
      'watchActivity.last_event_id', // a place in the log of the caller, whosever entry it is
    ]);
  });
});

function isTaken(schema: string): boolean {
  return routes.some((route) =>
    JSON.stringify((route as Route & { requestBody?: object }).requestBody ?? {}).includes(
      `schemas/${schema}"`,
    ),
  );
}

describe.each(['another user', 'a key of another user', 'nobody in particular'])('%s', (who) => {
  const withId = paths.filter((path) => placeholdersOf(path).length > 0);
  const trials = withId.flatMap((path) => VERBS.map((verb): [string, string] => [verb, path]));

  it.each(trials)('learns nothing and changes nothing by %s %s', async (verb, path) => {
    const intruder = intruders[who];
    for (const headers of HEADERS) {
      const theirs = await send(intruder, verb, fill(path, victims), headers);
      const nobodys = await send(intruder, verb, fill(path, unknown()), headers);
      expect([401, 403, 404, 405]).toContain(theirs.status);
      expect(told(theirs, victims)).toEqual(told(nobodys, unknown()));
    }
  });

  const lists = routes.filter(({ operationId }) => WITHOUT_ID[operationId] === 'list');

  it.each(lists.map(({ path }) => [path]))('sees nothing of the owner in %s', async (path) => {
    for (const headers of HEADERS) {
      const theirs = await send(owner, 'GET', path, headers);
      expect(theirs.status).toBe(200);
      const { text } = await send(intruders[who], 'GET', path, headers);
      for (const id of [
        victims.job_id,
        victims.file_id,
        victims.key_id,
        victims.webhook_id,
        victims.report_id,
        'owner@example.org',
      ])
        expect(text).not.toContain(id);
    }
  });

  const closed = routes.filter(({ operationId }) => WITHOUT_ID[operationId] === 'admin');

  it.each(closed.map(({ method, path }) => [method, path]))(
    'is no administrator at %s %s',
    async (method, path) => {
      const { status } = await intruders[who].send(path, { method: method.toUpperCase() });
      expect(status).toBe(who === 'nobody in particular' ? 401 : 403);
    },
  );

  it('makes no job of the file of another', async () => {
    const intruder = intruders[who];
    const theirs = await intruder.sendJson('/jobs', { file_id: victims.file_id });
    const nobodys = await intruder.sendJson('/jobs', { file_id: UNKNOWN_ID });
    expect(theirs.status).toBe(404);
    expect(told(theirs, victims)).toEqual(told(nobodys, unknown()));
  });

  it('hears of no job but its own, live or later', async () => {
    const intruder = intruders[who];
    const { job_id } = await intruder.upload('its own');
    await intruder.settled(job_id);
    const stop = new AbortController();
    const response = await fetch(`${service.url}/jobs/events?last_event_id=0`, {
      headers: { ...intruder.headers, accept: 'application/x-ndjson' },
      signal: stop.signal,
    });
    let heard = '';
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      heard += chunk;
      if (heard.includes(`"${job_id}"`) && heard.includes('job.completed')) break;
    }
    stop.abort();
    expect(heard).not.toContain(victims.job_id);
  });
});

describe('the owner', () => {
  it('still has everything, and is answered otherwise than those who have not', async () => {
    for (const { path, method } of routes.filter((route) => placeholdersOf(route.path).length > 0)) {
      if (method !== 'get' && method !== 'head') continue;
      const answer = await send(owner, method.toUpperCase(), fill(path, victims), {});
      expect([path, answer.status]).toEqual([path, 200]);
    }
    const keys = (await owner.send('/api-keys')).json<{ key_id: string }[]>();
    expect(keys.map(({ key_id }) => key_id)).toContain(victims.key_id);
    expect((await owner.jobs()).map(({ job_id }) => job_id)).toEqual([victims.job_id]);
  });
});
