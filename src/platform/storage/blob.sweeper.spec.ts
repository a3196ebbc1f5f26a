import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ManualClock } from '../clock/manual.clock';
import { loadSettings } from '../config/load-settings';
import { BlobOwner } from './blob-owner';
import { BlobSweeper } from './blob.sweeper';
import { InMemoryLeases } from '../leases/in-memory.leases';
import { LeasedLeadership } from '../scheduling/leased.leadership';
import { LocalBlobStore } from './local.blob-store';

const GRACE_MS = 60_000;
const INTERVAL_MS = 10_000;

class Owner extends BlobOwner {
  override readonly prefix = 'originals';
  readonly owned = new Set<string>();

  override async ownedBlobs(keys: readonly string[]): Promise<Set<string>> {
    return new Set(keys.filter((key) => this.owned.has(key)));
  }
}

describe('BlobSweeper', () => {
  let directory: string;
  let clock: ManualClock;
  let owner: Owner;
  let sweeper: BlobSweeper;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'filemill-sweeper-'));
    clock = new ManualClock();
    owner = new Owner();
    const settings = loadSettings({
      SWEEP_GRACE_SECONDS: `${GRACE_MS / 1000}`,
      SWEEP_INTERVAL_SECONDS: `${INTERVAL_MS / 1000}`,
    });
    sweeper = new BlobSweeper(new LocalBlobStore(directory), clock, settings);
    sweeper.ask(owner);
  });
  afterEach(async () => {
    await sweeper.stop();
    rmSync(directory, { recursive: true });
  });

  /** A file that was last written `ageMs` ago. */
  function leave(path: string, ageMs: number): void {
    const file = join(directory, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, 'x');
    const at = (clock.now() - ageMs) / 1000;
    utimesSync(file, at, at);
  }

  const left = () =>
    ['blobs', 'unfinished']
      .flatMap((place) => readdirSync(join(directory, place), { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map(({ name }) => name)
      .toSorted();

  it('removes what is older than the grace and belongs to nobody, and nothing else', async () => {
    leave('unfinished/old', GRACE_MS + 1_000);
    leave('unfinished/young', GRACE_MS - 1_000);
    leave('blobs/originals/a/orphan-old', GRACE_MS + 1_000);
    leave('blobs/originals/b/orphan-young', GRACE_MS - 1_000);
    leave('blobs/originals/a/owned', 100 * GRACE_MS);
    owner.owned.add('originals/a/owned');

    expect(await sweeper.sweep()).toEqual({ unfinished: 1, orphans: 1 });
    expect(left()).toEqual(['orphan-young', 'owned', 'young']);
    expect(await sweeper.sweep()).toEqual({ unfinished: 0, orphans: 0 });

    clock.advance(2_000);
    expect(await sweeper.sweep()).toEqual({ unfinished: 1, orphans: 1 });
    expect(left()).toEqual(['owned']);
  });

  it('leaves alone what lies under a prefix that nobody owns, and asks one owner a prefix', async () => {
    leave('blobs/reports/a', 2 * GRACE_MS);
    expect(await sweeper.sweep()).toEqual({ unfinished: 0, orphans: 0 });
    expect(() => sweeper.ask(new Owner())).toThrow("under 'originals/'");
  });

  it('gets through more than a batch', async () => {
    for (let index = 0; index < 1_100; index++) leave(`blobs/originals/x/orphan-${index}`, 2 * GRACE_MS);
    leave('blobs/originals/x/owned', 2 * GRACE_MS);
    owner.owned.add('originals/x/owned');
    expect(await sweeper.sweep()).toEqual({ unfinished: 0, orphans: 1_100 });
    expect(left()).toEqual(['owned']);
  });

  it('sweeps at start and then again and again, until the service stops', async () => {
    leave('unfinished/one', 2 * GRACE_MS);
    sweeper.start(new LeasedLeadership(new InMemoryLeases()));
    await sweeper.stop(); // waits for the round that runs
    expect(left()).toEqual([]);

    leave('unfinished/two', 2 * GRACE_MS);
    sweeper.start(new LeasedLeadership(new InMemoryLeases()));
    await swept();
    leave('unfinished/three', 2 * GRACE_MS);
    clock.advance(INTERVAL_MS);
    await swept();

    await sweeper.stop();
    leave('unfinished/four', 2 * GRACE_MS);
    clock.advance(10 * INTERVAL_MS);
    await sweeper.stop();
    expect(left()).toEqual(['four']);
  });

  async function swept(): Promise<void> {
    while (left().length > 0) await new Promise((resolve) => setImmediate(resolve));
  }
});
