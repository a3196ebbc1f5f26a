import { ManualClock } from '../../platform/clock/manual.clock';
import { TestDatabase } from '../../platform/database/databases.harness';
import { DatabaseLeases } from '../../platform/leases/database.leases';
import { LEASE_MS } from '../../platform/leases/leases';
import { leaseMigrations, LeasesRepository } from '../../platform/leases/leases.repository';
import { LeasedUploadLocks } from './leased.upload-locks';
import { UploadBusy } from './resumable-uploads.errors';
import { uploadLocksContract } from './upload-locks.contract';

describe('LeasedUploadLocks', () => {
  let database: TestDatabase;
  let clock: ManualClock;
  const started: DatabaseLeases[] = [];
  beforeEach(async () => {
    clock = new ManualClock();
    database = await TestDatabase.create();
  });
  afterEach(async () => {
    await Promise.all(started.splice(0).map((leases) => leases.onApplicationShutdown()));
    await database.remove();
  });

  async function start(of = clock) {
    const leases = new DatabaseLeases(new LeasesRepository(await database.open(leaseMigrations)), of);
    leases.onApplicationBootstrap();
    started.push(leases);
    return new LeasedUploadLocks(leases, of);
  }

  uploadLocksContract(async () => {
    const [locks, others] = [await start(), await start()];
    return { locks, others, pass: (ms) => clock.advance(ms) };
  }, UploadBusy);

  it('asks who has lost its lock to let go', async () => {
    const own = new ManualClock();
    const [away, there] = [await start(own), await start()];
    let onWanted!: () => void;
    const letGo = new Promise<void>((resolve) => (onWanted = resolve));
    const release = await away.acquire('a', { onWanted });
    clock.leap(LEASE_MS);
    expect(await there.tryAcquire('a')).toBeDefined();
    own.leap(LEASE_MS); // it wakes
    await letGo;
    release();
    expect(await away.tryAcquire('a')).toBeUndefined();
  });

  it('says that it is busy to who let go for somebody else while it waited', async () => {
    const [here, there] = [await start(), await start()];
    await there.acquire('a', { onWanted: () => {} });
    const letGo = new AbortController();
    const yielding = { onWanted: () => letGo.abort(new Error('let go')), signal: letGo.signal };
    const first = here.acquire('a', yielding);
    const second = here.acquire('a', { onWanted: () => {} });
    await expect(first).rejects.toThrow(UploadBusy);
    second.catch(() => {}); // it gives up when the time is over
  });
});
