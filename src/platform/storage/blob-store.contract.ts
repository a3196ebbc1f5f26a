import { text } from 'node:stream/consumers';
import { readFile } from 'node:fs/promises';
import type { BlobStore } from './blob-store';
import { BlobMissing } from './storage.errors';

export interface BlobStoreHarness {
  readonly store: BlobStore;
  /** How many writes are stored unfinished, seen from below the store. */
  unfinished(): Promise<number>;
}

async function* chunks(...parts: string[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
}

async function* failing(...parts: string[]): AsyncGenerator<Uint8Array> {
  yield* chunks(...parts);
  throw new Error('the client went away');
}

/** What every driver of {@link BlobStore} has to keep. */
export function blobStoreContract(create: () => Promise<BlobStoreHarness>): void {
  describe('BlobStore contract', () => {
    let harness: BlobStoreHarness;
    let store: BlobStore;
    const keys = async () => {
      const found: string[] = [];
      for await (const { key } of store.list('a')) found.push(key);
      return found.toSorted();
    };

    beforeEach(async () => {
      harness = await create();
      store = harness.store;
    });

    it('gives back the bytes, whole and by range', async () => {
      await store.put('a/one', chunks('hello ', 'wide ', 'world'));
      expect(await text(await store.read('a/one'))).toBe('hello wide world');
      expect(await text(await store.read('a/one', { start: 6, end: 9 }))).toBe('wide');
      expect(await store.size('a/one')).toBe(16);
    });

    it('keeps an empty blob', async () => {
      await store.put('a/empty', chunks());
      expect(await store.size('a/empty')).toBe(0);
      expect(await text(await store.read('a/empty'))).toBe('');
    });

    it('keeps large chunks and many small ones in order', async () => {
      const parts = Array.from({ length: 3000 }, (_, index) => String(index).repeat((index % 97) * 20));
      await store.put('a/many', chunks(...parts));
      expect(await text(await store.read('a/many'))).toBe(parts.join(''));
    });

    it('keeps a blob that is larger than any buffer on the way', async () => {
      let produced = 0;
      async function* endless(): AsyncGenerator<Uint8Array> {
        for (; produced < 64; produced++) yield Buffer.alloc(1024 * 1024);
      }
      await store.put('a/large', endless());
      expect(await store.size('a/large')).toBe(64 * 1024 * 1024);
    });

    it('leaves nothing when the source fails', async () => {
      await expect(store.put('a/broken', failing('half'))).rejects.toThrow('the client went away');
      await expect(store.read('a/broken')).rejects.toThrow(BlobMissing);
      expect(await harness.unfinished()).toBe(0);
      expect(await keys()).toEqual([]);
    });

    it('shows a blob only when it is whole', async () => {
      let during: string[] | undefined;
      async function* watched(): AsyncGenerator<Uint8Array> {
        yield Buffer.from('first');
        during = await keys();
        yield Buffer.from('second');
      }
      await store.put('a/watched', watched());
      expect(during).toEqual([]);
      expect(await keys()).toEqual(['a/watched']);
    });

    it('lists every blob, however many there are', async () => {
      const many = Array.from({ length: 200 }, (_, index) => `a/${index % 2}/${index}`);
      await Promise.all(many.map((key) => store.put(key, chunks('x'))));
      expect(await keys()).toEqual(many.toSorted());
    });

    it('hands out a local file', async () => {
      await store.put('a/local', chunks('bytes'));
      const local = await store.local('a/local');
      expect(await readFile(local.path, 'utf8')).toBe('bytes');
      await local.release();
    });

    it('deletes, and does not mind deleting again', async () => {
      await store.put('a/gone', chunks('x'));
      await store.delete('a/gone');
      await store.delete('a/gone');
      await expect(store.size('a/gone')).rejects.toThrow(BlobMissing);
      await expect(store.local('a/gone')).rejects.toThrow(BlobMissing);
    });

    it('sweeps unfinished writes by age, never one that is being written to, never a finished blob', async () => {
      await store.put('a/kept', chunks('x'));
      let sweptDuring: number | undefined;
      async function* slow(): AsyncGenerator<Uint8Array> {
        yield Buffer.from('first');
        sweptDuring = await store.sweepUnfinished(Date.now() - 60_000);
        yield Buffer.from('second');
      }
      await store.put('a/slow', slow());
      expect(sweptDuring).toBe(0);
      expect(await keys()).toEqual(['a/kept', 'a/slow']);
    });

    it.each(['../outside', 'a/../../b', '/etc/passwd', 'a//b', '', 'a/.hidden', 'a\0b'])(
      'refuses the key %j',
      async (key) => {
        await expect(store.put(key, chunks('x'))).rejects.toThrow('no blob key');
        await expect(store.read(key)).rejects.toThrow('no blob key');
      },
    );
  });
}
