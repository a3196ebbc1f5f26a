import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RemoteServer } from '../../src/platform/outbound/remote-server.harness';
import { ChildServer } from '../support/child-server';
import { eventually } from '../support/eventually';
import { ServiceClient } from '../support/service-client';
import { RECOVERY } from './durability';
import { isSwept, readStored } from './stored';

const HOOK = join(__dirname, 'hooks', 'crash-at.js');

describe('a file that is fetched from a URL', () => {
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

  async function ask({ url }: ChildServer): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ url: remote.url('127.0.0.1', '/afar.txt') });
    const answer = await fetch(`${url}/upload/url`, { method: 'POST', headers, body });
    expect(answer.status).toBe(200);
  }

  async function expectFetchedOnce(): Promise<void> {
    const server = await start();
    const jobs = await new ServiceClient(server.url).settledJobs();
    expect(jobs).toMatchObject([{ status: 'completed', result: { word_count: 3 } }]);
    await eventually('everything that nobody owns is swept', () => isSwept(dataDir));
    expect(await server.terminate()).toEqual({ code: 0, signal: null });
    const { files, blobs, tasks } = readStored(dataDir);
    expect([files.length, blobs.size, tasks.length]).toEqual([1, 1, 0]);
  }

  it('comes after all when the process dies in the middle of it', async () => {
    remote.answers((_, response) => response.write('three short '));
    const first = await start();
    await ask(first);
    await eventually('the fetch has begun', () => remote.requests.length === 1);
    await first.kill();
    remote.answers((_, response) => response.end('three short words'));
    await expectFetchedOnce();
  });

  it.each([
    'before:file-sync:1',
    'before:rename:1',
    'after:rename:1',
    'before:arrive-commit:1',
    'after:arrive-commit:1',
  ])('is there once when the process dies %s', async (point) => {
    remote.answers((_, response) => response.end('three short words'));
    const first = await start();
    await first.tell(point);
    await ask(first).catch(() => {}); // the fetch may be quicker than the answer
    expect(await first.exited).toEqual({ code: null, signal: 'SIGKILL' });
    await expectFetchedOnce();
  });
});
