import { randomInt } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { ChildServer } from '../support/child-server';
import { within } from '../support/eventually';
import { ServiceClient } from '../support/service-client';
import { useDataDir } from './data-dir';
import { expectConsistent, expectNothingLost, expectWhole, RECOVERY } from './durability';
import { Ledger, sendConcurrently } from './ledger';
import { readStored } from './stored';

const MiB = 1024 * 1024;
const ROUNDS = 5;
const SIZES = [300, 20_000, 3 * MiB, 1, 5000, 700];

describe('kill -9 under load', () => {
  const dataDir = useDataDir();

  it(`loses nothing in ${ROUNDS} rounds at random times`, async () => {
    const ledger = new Ledger();
    let server = await start();
    for (let round = 0; round < ROUNDS; round++) {
      await killUnderLoad(server, ledger);
      server = await start();
      await expectNothingLost(server, ledger);
      await expectWhole(dataDir.path, ledger);
    }
    expect(await server.terminate()).toEqual({ code: 0, signal: null });
    expectConsistent(readStored(dataDir.path), ledger);
    expect(ledger.accepted.size).toBeGreaterThan(ROUNDS * 3);
    expect(ledger.statuses).toEqual([200]);
  });

  const start = () => ChildServer.start({ dataDir: dataDir.path, environment: RECOVERY });

  /** The moment is random: so many answers into the load, and some milliseconds. */
  async function killUnderLoad(server: ChildServer, ledger: Ledger): Promise<void> {
    const answers = ledger.accepted.size + randomInt(5, 60);
    const killed = { yet: false };
    const load = sendConcurrently(ledger, new ServiceClient(server.url), {
      clients: 6,
      sizes: SIZES,
      until: () => {
        if (ledger.accepted.size >= answers && !killed.yet) {
          killed.yet = true;
          void setTimeout(randomInt(30)).then(() => server.kill());
        }
        return server.hasExited;
      },
    });
    await within('the load ends with the server', load);
  }
});
