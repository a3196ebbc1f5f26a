import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ChildServer } from '../support/child-server';
import { eventually } from '../support/eventually';
import { ServiceClient } from '../support/service-client';
import { TusClient } from '../support/tus';
import { useDataDir } from './data-dir';
import { expectConsistent, expectNothingLost, RECOVERY } from './durability';
import { makeText } from '../support/known-text';
import { Ledger } from './ledger';
import { isSwept, readStored } from './stored';

const HOOK = join(__dirname, 'hooks', 'full-disk.js');
/** Rows that soon need another page of the database. */
const LONG = {
  description: 'long '.repeat(200),
  tags: Array.from({ length: 20 }, (_, i) => `${i}-${'tag'.repeat(15)}`).join(','),
};

describe('a full disk', () => {
  const dataDir = useDataDir();
  let ledger: Ledger;
  let server: ChildServer;
  let client: ServiceClient;
  const fullDisk = () => join(dataDir.path, 'full-disk');

  beforeEach(async () => {
    server = await ChildServer.start({
      dataDir: dataDir.path,
      hooks: [HOOK],
      environment: { ...RECOVERY, FULL_DISK_FILE: fullDisk() },
    });
    client = new ServiceClient(server.url);
    ledger = new Ledger();
    for (let i = 0; i < 3; i++) await ledger.send(client, 50_000);
    if (ledger.accepted.size < 3) throw new Error(`Nothing works: ${server.output}`);
  });

  async function expectRecovered(): Promise<void> {
    rmSync(fullDisk());
    const before = ledger.accepted.size;
    for (let i = 0; i < 3; i++) await ledger.send(client, 2_000_000);
    expect(ledger.accepted.size).toBe(before + 3);
    await expectNothingLost(server, ledger);
    expect(await server.terminate()).toEqual({ code: 0, signal: null });
    expectConsistent(readStored(dataDir.path), ledger);
  }

  it.each(['write', 'sync'])('at %s: 507, nothing is left, and it recovers by itself', async (what) => {
    writeFileSync(fullDisk(), what);
    const { name, content } = makeText('too-big.txt', 2_000_000);
    const refused = await client.upload(name, content);
    expect(refused.status).toBe(507);
    expect(refused.headers.get('content-type')).toBe('application/problem+json');
    expect(await refused.json()).toMatchObject({ code: 'storage_full' });
    const together = await Promise.all(Array.from({ length: 8 }, () => client.upload(name, content)));
    expect(together.map(({ status }) => status)).toEqual(Array(8).fill(507));
    await expectNothingLost(server, ledger);
    expectConsistent(readStored(dataDir.path), ledger);
    await expectRecovered();
  });

  it.each(['write', 'sync'])(
    'at %s of a piece: 507, the offset is as before, and the upload goes on',
    async (what) => {
      const { name, content, sha256 } = makeText('piece.txt', 2_000_000);
      const tus = new TusClient(server.url);
      const path = await tus.begin(content.length, { filename: name });
      await tus.append(path, 0, content.subarray(0, 1_000_000));
      writeFileSync(fullDisk(), what);
      const refused = await tus.append(path, 1_000_000, content.subarray(1_000_000));
      expect([refused.status, refused.json()]).toMatchObject([507, { code: 'storage_full' }]);
      rmSync(fullDisk());
      expect(await tus.offset(path)).toBe(1_000_000);
      await tus.append(path, 1_000_000, content.subarray(1_000_000));
      const job = (await client.settledJobs()).find(({ filename }) => filename === name)!;
      expect(await client.download(job.file_id)).toEqual({ status: 200, sha256 });
    },
  );

  it('in the database: 507, nothing is left, and it recovers by itself', async () => {
    writeFileSync(fullDisk(), 'database');
    const send = () => ledger.send(client, 5_000, LONG);
    for (let i = 0; i < 30 && !ledger.statuses.includes(507); i++) await send();
    await Promise.all(Array.from({ length: 8 }, send));
    expect(ledger.statuses).toEqual([200, 507]);
    await eventually('what was refused is gone', () => isSwept(dataDir.path));
    await expectRecovered();
  });
});
