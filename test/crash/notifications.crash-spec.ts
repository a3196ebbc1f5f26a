import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RemoteServer } from '../../src/platform/outbound/remote-server.harness';
import { ChildServer } from '../support/child-server';
import { Client } from '../support/client';
import { eventually } from '../support/eventually';
import { RECOVERY } from './durability';
import { readStored } from './stored';

const HOOK = join(__dirname, 'hooks', 'crash-at.js');
const KILLED = { code: null, signal: 'SIGKILL' };

/** A webhook, a callback and a mail. */
describe('what the end of a job is told by', () => {
  let dataDir: string;
  let remote: RemoteServer;
  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'filemill-crash-'));
    remote = await new RemoteServer().listen();
  });
  afterEach(async () => {
    await ChildServer.killAll();
    await remote.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const start = () => {
    const environment = { ...RECOVERY, OUTBOUND_ALLOW: '127.0.0.1' };
    return ChildServer.start({ dataDir, hooks: [HOOK], environment });
  };
  const idsAt = (path: string) =>
    remote.requests.filter(({ url }) => url === path).map(({ headers }) => headers['webhook-id']);
  const mails = () => {
    const outbox = join(dataDir, 'outbox');
    return readdirSync(outbox).map((name) => readFileSync(join(outbox, name), 'utf8'));
  };

  async function register({ url }: ChildServer): Promise<void> {
    const answer = await new Client(url).sendJson('/webhooks', { url: remote.url('127.0.0.1', '/hook') });
    expect(answer.status).toBe(201);
  }

  async function upload({ url }: ChildServer): Promise<void> {
    const fields = { callback_url: remote.url('127.0.0.1', '/back'), notify_email: 'ada@example.org' };
    await new Client(url).sendUpload('three short words', { fields }).catch(() => {}); // who may die first
  }

  async function expectToldOnce(): Promise<void> {
    const server = await start();
    await eventually('everybody is told', () => readStored(dataDir).tasks.length === 0);
    expect(await server.terminate()).toEqual({ code: 0, signal: null });
    const [{ job_id, status }] = readStored(dataDir).jobs;
    expect(status).toBe('completed');
    for (const path of ['/hook', '/back']) expect(new Set(idsAt(path)).size).toBe(1);
    expect(mails()).toEqual([expect.stringContaining(job_id)]);
  }

  it.each(['before:complete-commit:1', 'after:complete-commit:1'])(
    'comes when the process dies %s',
    async (point) => {
      const first = await start();
      await register(first);
      await first.tell(point);
      await upload(first);
      expect(await first.exited).toEqual(KILLED);
      expect(remote.requests).toEqual([]);
      await expectToldOnce();
    },
  );

  it('comes again, as the same message, when the process dies before it knows that it came', async () => {
    const first = await start();
    await register(first);
    remote.answers(() => void first.kill());
    await upload(first);
    expect(await first.exited).toEqual(KILLED);
    const [{ url }] = remote.requests;
    remote.answers((_, response) => response.end());
    await expectToldOnce();
    expect(idsAt(url!).length).toBeGreaterThan(1);
  });
});
