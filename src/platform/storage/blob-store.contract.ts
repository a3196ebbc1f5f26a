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
      expect(local.sizeBytes).toBe(5);
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

    const growing = async () => {
      const found: string[] = [];
      for await (const { id } of store.growing()) found.push(id);
      return found.toSorted();
    };

    it('lets a blob grow piece by piece, unseen until it is finished', async () => {
      expect(await store.grown('one')).toBe(0);
      expect(await store.grow('one', 0, chunks('hello ', 'wide '))).toBe(11);
      expect(await store.grow('one', 11, chunks())).toBe(11);
      expect(await store.grown('one')).toBe(11);
      expect([await keys(), await growing()]).toEqual([[], ['one']]);

      expect(await store.grow('one', 11, chunks('world'))).toBe(16);
      await store.finish('one', 'a/grown');
      expect(await text(await store.read('a/grown'))).toBe('hello wide world');
      expect([await keys(), await growing(), await store.grown('one')]).toEqual([['a/grown'], [], 0]);
    });

    it('finishes again what was finished, and nothing that never was there', async () => {
      await store.grow('twice', 0, chunks('x'));
      await store.finish('twice', 'a/twice');
      await store.finish('twice', 'a/twice');
      expect(await text(await store.read('a/twice'))).toBe('x');
      await expect(store.finish('never', 'a/never')).rejects.toThrow(BlobMissing);
      expect(await keys()).toEqual(['a/twice']);
    });

    it('keeps what came before a source failed, and goes on from there', async () => {
      await expect(store.grow('torn', 0, failing('hello ', 'wide '))).rejects.toThrow('the client went away');
      expect(await store.grown('torn')).toBe(11);
      expect(await store.grow('torn', 11, chunks('world'))).toBe(16);
      await store.finish('torn', 'a/torn');
      expect(await text(await store.read('a/torn'))).toBe('hello wide world');
    });

    it('cuts off what lies past the offset, and leaves no gap', async () => {
      await store.grow('cut', 0, chunks('hello wrong'));
      expect(await store.grow('cut', 6, chunks())).toBe(6);
      expect(await store.grown('cut')).toBe(6);
      await expect(store.grow('cut', 7, chunks('x'))).rejects.toThrow(BlobMissing);
      expect(await store.grow('cut', 6, chunks('world'))).toBe(11);
      await store.finish('cut', 'a/cut');
      expect(await text(await store.read('a/cut'))).toBe('hello world');
    });

    it('finishes a blob of nothing', async () => {
      expect(await store.grow('nothing', 0, chunks())).toBe(0);
      await store.finish('nothing', 'a/nothing');
      expect(await store.size('a/nothing')).toBe(0);
    });

    it('abandons a growing blob, does not mind doing so again, and sweeps none by age', async () => {
      await store.grow('left', 0, chunks('x'));
      await store.grow('kept', 0, chunks('x'));
      await store.abandon('left');
      await store.abandon('left');
      expect(await store.sweepUnfinished(Date.now() + 60_000)).toBe(0);
      expect([await growing(), await store.grown('left')]).toEqual([['kept'], 0]);
    });

    it.each(['../outside', 'a/b', '', '.hidden', 'a\0b'])('refuses the identifier %j', async (id) => {
      await expect(store.grow(id, 0, chunks('x'))).rejects.toThrow('no identifier');
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
