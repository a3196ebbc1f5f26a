import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { ChildServer } from '../support/child-server';
import { eventually } from '../support/eventually';
import { ServiceClient } from '../support/service-client';
import { Probe, type Latencies } from './probe';
import { report } from './report';
import { ResidentMemory } from './resident-memory';

const MiB = 1024 * 1024;
const STREAMS = 1_000;
const WAITS = 1_000;
const GOAL_P99_MS = 50;
const GOAL_BYTES = 200 * MiB;
const MEASURED_MS = 5_000;
/** Jobs that come and go while everybody follows. */
const JOBS = 20;

interface Count {
  readonly open: number;
  readonly whole: number;
  readonly answers: number;
  readonly completed: number;
}

describe(`a service with ${STREAMS} streams of events and ${WAITS} that wait for one job`, () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'filemill-load-'));
  let probe: Probe | undefined;
  let followers: ChildProcess | undefined;

  afterAll(async () => {
    probe?.stop();
    followers?.kill();
    await ChildServer.killAll();
    rmSync(dataDir, { recursive: true, force: true });
  });

  async function count(jobIds: readonly string[] = []): Promise<Count> {
    const answered = once(followers!, 'message');
    followers!.send(jobIds);
    return ((await answered) as [Count])[0];
  }

  it(`answers others within ${GOAL_P99_MS} ms, and everybody who waits`, async () => {
    const hook = join(__dirname, '..', 'crash', 'hooks', 'processors.js');
    const gate = join(dataDir, 'gate');
    const server = await ChildServer.start({ dataDir, hooks: [hook], environment: { RELEASE_FILE: gate } });
    const client = new ServiceClient(server.url);
    const memory = new ResidentMemory(server.pid);
    probe = new Probe(`${server.url}/livez`);
    const upload = async (name: string, content: string) => {
      const response = await client.upload(name, Buffer.from(content));
      return ((await response.json()) as { job_id: string }).job_id;
    };
    const held = await upload('a.held', 'x');
    print('idle', await probe.during(() => setTimeout(2_000)));
    const before = memory.now();

    followers = fork(join(__dirname, 'followers.js'), [server.url, held, String(STREAMS), String(WAITS)]);
    const sockets = STREAMS + WAITS;
    await eventually('all are connected', async () => (await count()).open === STREAMS);
    await eventually('all who wait are connected', () => connections(server.pid) > STREAMS + WAITS);
    await probe.during(() => setTimeout(2_000)); // until their requests have been taken
    report(
      `${STREAMS} streams and ${WAITS} waits: ${((memory.now() - before) / MiB).toFixed(0)} MiB more, ` +
        `${((memory.now() - before) / 1024 / sockets).toFixed(0)} KiB each`,
    );
    const quiet = await probe.during(() => setTimeout(MEASURED_MS));
    print('while they are connected', quiet);
    expect((await count()).answers).toBe(0);

    const jobIds: string[] = [];
    const busy = await probe.during(async () => {
      for (let i = 0; i < JOBS; i++) {
        jobIds.push(await upload('a.txt', 'x'));
        await setTimeout(MEASURED_MS / JOBS);
      }
    });
    print('while they are told of jobs', busy);
    const waking = await probe.during(async () => {
      writeFileSync(gate, '');
      await eventually('all are answered', async () => (await count()).answers === WAITS);
      await setTimeout(1_000); // whatever was asked in the meantime is answered
    });
    print('while all waits end', waking);
    await eventually('all were told', async () => (await count([...jobIds, held])).whole === STREAMS);

    const peak = memory.now() - before;
    report(`resident memory afterwards: ${(peak / MiB).toFixed(0)} MiB more than before`);
    expect((await count()).completed).toBe(WAITS);
    expect(quiet.p99).toBeLessThan(GOAL_P99_MS);
    expect(busy.p99).toBeLessThan(GOAL_P99_MS);
    expect(peak).toBeLessThan(GOAL_BYTES);
  });
});

/** Open files of a process, most of them connections. */
function connections(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

function print(what: string, { count, p50, p99, max }: Latencies): void {
  const ms = (value: number) => `${value.toFixed(1)} ms`;
  report(`GET /livez, ${what}: p50 ${ms(p50)}, p99 ${ms(p99)}, max ${ms(max)} (${count} requests)`);
}
