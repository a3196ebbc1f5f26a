import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChildServer, type Exit } from '../support/child-server';
import { within } from '../support/eventually';
import { ServiceClient } from '../support/service-client';
import { expectConsistent, expectNothingLost, expectWhole, RECOVERY } from './durability';
import { Ledger, sendConcurrently } from './ledger';
import { readStored } from './stored';

const HOOK = join(__dirname, 'hooks', 'crash-at.js');

const KILLED: Exit = { code: null, signal: 'SIGKILL' };

/**
 * One server after the other on the same data directory: each takes over from one that died, is
 * examined, and dies at the next point.
 */
class Relay {
  readonly dataDir = mkdtempSync(join(tmpdir(), 'filemill-crash-'));
  readonly ledger = new Ledger();
  private running: ChildServer | undefined;

  /** The server that runs, or a new one. */
  async server(): Promise<ChildServer> {
    if (!this.running || this.running.hasExited) {
      const { dataDir } = this;
      this.running = await ChildServer.start({ dataDir, hooks: [HOOK], environment: RECOVERY });
    }
    return this.running;
  }

  /** Sends uploads until the server has died at the point. */
  async dieAt(point: string, sizes: readonly number[]): Promise<Exit> {
    const { ledger } = this;
    const server = await this.server();
    await server.tell(point);
    const limit = ledger.sent.size + 100;
    const until = () => server.hasExited || ledger.sent.size > limit;
    await sendConcurrently(ledger, new ServiceClient(server.url), { clients: 3, sizes, until });
    return within(`the process dies at ${point}`, server.exited);
  }

  async remove(): Promise<void> {
    await this.running?.kill();
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}

/** A test for each point (see `hooks/crash-at.js`): the process dies there, and nothing that it answered is lost. */
export function testCrashPoints(points: readonly string[], sizes: readonly number[]): void {
  let relay = new Relay();
  let isSound = true;

  beforeEach(async () => {
    if (!isSound) {
      await relay.remove();
      relay = new Relay(); // no test suffers from the one before
    }
    isSound = false;
  });
  afterAll(() => relay.remove());

  it.each(points)('dies %s', async (point) => {
    const { ledger, dataDir } = relay;
    expect(await relay.dieAt(point, sizes)).toEqual(KILLED);
    expect(ledger.statuses.filter((status) => status !== 200)).toEqual([]);
    await expectNothingLost(await relay.server(), ledger);
    await expectWhole(dataDir, ledger);
    isSound = true;
  });

  it('has everything on disk in the end', async () => {
    expect(await (await relay.server()).terminate()).toEqual({ code: 0, signal: null });
    expectConsistent(readStored(relay.dataDir), relay.ledger);
  });
}
