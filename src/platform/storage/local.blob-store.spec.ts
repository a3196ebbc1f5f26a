import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { blobStoreContract } from './blob-store.contract';
import { LocalBlobStore } from './local.blob-store';

const roots: string[] = [];
const newRoot = () => {
  const root = mkdtempSync(join(tmpdir(), 'filemill-blobs-'));
  roots.push(root);
  return root;
};
afterAll(() => roots.forEach((root) => rmSync(root, { recursive: true })));

blobStoreContract(async () => {
  const root = newRoot();
  return {
    store: new LocalBlobStore(root),
    unfinished: async () => readdirSync(join(root, 'unfinished')).length,
  };
});

describe('LocalBlobStore', () => {
  it('sweeps what a dead process left unfinished', async () => {
    const root = newRoot();
    const store = new LocalBlobStore(root);
    const left = join(root, 'unfinished', 'left');
    writeFileSync(left, 'half a file');
    utimesSync(left, 1000, 1000);

    expect(await store.sweepUnfinished(999_000)).toBe(0);
    expect(await store.sweepUnfinished(1_001_000)).toBe(1);
    expect(readdirSync(join(root, 'unfinished'))).toEqual([]);
  });

  it('keeps many files that are put in one directory at once', async () => {
    const store = new LocalBlobStore(newRoot());
    const keys = Array.from({ length: 50 }, (_, index) => `shard/${index}`);
    await Promise.all(
      keys.map((key) =>
        store.put(
          key,
          (async function* () {
            yield Buffer.from(key);
          })(),
        ),
      ),
    );
    expect(await Promise.all(keys.map((key) => store.size(key)))).toEqual(keys.map((key) => key.length));
  });
});
