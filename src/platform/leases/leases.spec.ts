import { ManualClock } from '../clock/manual.clock';
import { TestDatabase } from '../database/databases.harness';
import { DatabaseLeases } from './database.leases';
import { InMemoryLeases } from './in-memory.leases';
import { LEASE_MS } from './leases';
import { leasesContract } from './leases.contract';
import { leaseMigrations, LeasesRepository } from './leases.repository';

describe('InMemoryLeases', () => {
  leasesContract(async () => {
    const leases = new InMemoryLeases();
    return { here: leases, there: leases, pass: () => {} };
  });
});

describe('DatabaseLeases', () => {
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
    const rows = new LeasesRepository(await database.open(leaseMigrations));
    const leases = new DatabaseLeases(rows, of);
    leases.onApplicationBootstrap();
    started.push(leases);
    return { leases, rows };
  }

  leasesContract(async () => ({
    here: (await start()).leases,
    there: (await start()).leases,
    pass: (ms) => clock.advance(ms),
  }));

  it('frees what somebody had who is gone, after a while', async () => {
    const gone = new DatabaseLeases(new LeasesRepository(await database.open(leaseMigrations)), clock);
    const lease = await gone.take('a');
    const { leases } = await start();
    clock.advance(LEASE_MS - 1);
    expect(await leases.take('a')).toBeUndefined();
    clock.advance(1);
    expect(lease!.isHeld).toBe(false);
    expect(await leases.take('a')).toBeDefined();
  });

  it('frees at once what somebody has who ends', async () => {
    const [here, there] = [await start(), await start()];
    await here.leases.take('a');
    await here.leases.onApplicationShutdown();
    expect(await there.leases.take('a')).toBeDefined();
  });

  it('tells who was away for too long that it has lost it', async () => {
    const own = new ManualClock();
    const [away, there] = [await start(own), await start()];
    let onWanted!: () => void;
    const told = new Promise<void>((resolve) => (onWanted = resolve));
    const lease = (await away.leases.take('a', onWanted))!;
    clock.leap(LEASE_MS);
    const next = (await there.leases.take('a'))!;
    own.leap(LEASE_MS); // it wakes
    await told;
    await lease.release();
    expect([lease.isHeld, next.isHeld]).toEqual([false, true]);
  });

  it('gives again at once what nobody took while its holder was away', async () => {
    const { leases } = await start();
    const lapsed = (await leases.take('a'))!;
    clock.leap(LEASE_MS);
    const lease = await leases.take('a');
    await lapsed.release(); // what it has no more
    expect([lapsed.isHeld, lease?.isHeld]).toEqual([false, true]);
  });

  it('forgets what nobody has held for long', async () => {
    const { leases, rows } = await start();
    await leases.take('a');
    const gone = await rows.take('b', 'gone', clock.now() - LEASE_MS, clock.now() - 1);
    await rows.prune(clock.now());
    expect(gone).toBe(true);
    expect(await rows.of('gone')).toEqual([]);
    expect(await leases.take('a')).toBeUndefined();
  });
});
