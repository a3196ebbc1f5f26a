import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ChildServer } from '../support/child-server';
import { within } from '../support/eventually';
import { ServiceClient } from '../support/service-client';
import { useDataDir } from './data-dir';
import { expectConsistent, expectNothingLost, RECOVERY } from './durability';
import { Ledger } from './ledger';
import { readStored } from './stored';

describe('the start', () => {
  const dataDir = useDataDir();

  it.each([1, 2])('of two servers at once on a new directory: both come up and serve (%d)', async () => {
    // Not without mercy: what the one receives must be nothing to sweep for the other.
    const options = { dataDir: dataDir.path, environment: { TASK_LEASE_SECONDS: '2' } };
    const servers = [ChildServer.spawn(options), ChildServer.spawn(options)];
    await Promise.all(servers.map((server) => server.listening()));
    const ledger = new Ledger();
    const clients = servers.map(({ url }) => new ServiceClient(url));
    for (let i = 0; i < 10; i++) await Promise.all(clients.map((client) => ledger.send(client, 3_000 * i)));
    expect(ledger.statuses).toEqual([200]);

    for (const server of servers) await expectNothingLost(server, ledger);
    for (const server of servers) expect(await server.terminate()).toEqual({ code: 0, signal: null });
    expectConsistent(readStored(dataDir.path), ledger);
    expect(ledger.accepted.size).toBe(20);
  });

  it.each([
    ['is no database', (file: string) => writeFileSync(file, 'This is no database. '.repeat(1000))],
    ['was cut off', (file: string) => truncateSync(file, 6_000)],
    ['was overwritten at its beginning', (file: string) => overwrite(file, 0, 4096)],
    ['was overwritten in its midst', (file: string) => overwrite(file, 4096, 8192)],
  ])('is refused when the database file %s: says which, and touches nothing', async (_, damage) => {
    const file = join(dataDir.path, 'filemill.sqlite');
    const healthy = await ChildServer.start({ dataDir: dataDir.path, environment: RECOVERY });
    expect(await healthy.terminate()).toEqual({ code: 0, signal: null });
    damage(file);
    const damaged = readFileSync(file);

    const server = ChildServer.spawn({ dataDir: dataDir.path, environment: RECOVERY });
    const { code } = await within('it gives up', server.exited);
    expect(code).toBe(1);
    expect(server.output).toContain(file);
    expect(server.output).toMatch(/database/i);
    expect(readFileSync(file).equals(damaged)).toBe(true);
  });
});

function overwrite(file: string, start: number, end: number): void {
  const bytes = readFileSync(file);
  writeFileSync(file, bytes.fill(0x5a, start, end));
}
