import { setImmediate, setTimeout } from 'node:timers/promises';
import type { UploadBusy } from './resumable-uploads.errors';
import { LOCK_WAIT_MS, type Release, type UploadLocks } from './upload-locks';

export interface UploadLocksHarness {
  readonly locks: UploadLocks;
  /** Those of another instance that shares the uploads; the same ones where there is only one. */
  readonly others: UploadLocks;
  /** Lets the time go by, of all that wait. */
  readonly pass: (ms: number) => void;
}

const noted = () => {
  const notes: string[] = [];
  return { notes, onWanted: () => void notes.push('wanted') };
};

/** What every driver of {@link UploadLocks} has to keep. */
export function uploadLocksContract(
  create: () => Promise<UploadLocksHarness>,
  Busy: typeof UploadBusy,
): void {
  describe('UploadLocks contract', () => {
    let locks: UploadLocks;
    let others: UploadLocks;
    let pass: (ms: number) => void;
    beforeEach(async () => {
      ({ locks, others, pass } = await create());
    });

    /** Lets time go by, little by little, until something has come of it. */
    async function until(condition: () => boolean): Promise<void> {
      while (!condition()) {
        pass(20);
        await setTimeout(2);
      }
    }

    /** Resolves as `outcome` does, with time going by. */
    async function inTime<T>(outcome: Promise<T>): Promise<T> {
      let isOver = false;
      const over = outcome.finally(() => (isOver = true));
      over.catch(() => {}); // the caller sees it
      await until(() => isOver);
      return over;
    }

    it('gives a lock to one at a time, and the next one when it is free', async () => {
      for (const next of [locks, others]) {
        const { notes, onWanted } = noted();
        const release = await inTime(locks.acquire('a', { onWanted }));
        let got: Release | undefined;
        const waiting = next.acquire('a', { onWanted: () => {} }).then((given) => (got = given));
        await until(() => notes.length > 0);
        expect(got).toBeUndefined();
        release();
        release();
        (await inTime(waiting))();
      }
    });

    it('lets one of many have it, each in its turn', async () => {
      let holders = 0;
      let most = 0;
      const turn = async (from: UploadLocks) => {
        const release = await from.acquire('a', { onWanted: () => {} });
        most = Math.max(most, ++holders);
        await setImmediate();
        holders--;
        release();
      };
      await inTime(Promise.all(Array.from({ length: 20 }, (_, i) => turn(i < 15 ? locks : others))));
      expect(most).toBe(1);
    });

    it('keeps uploads apart', async () => {
      const { notes, onWanted } = noted();
      await locks.acquire('a', { onWanted });
      for (const each of [locks, others]) (await inTime(each.acquire('b', { onWanted })))();
      expect(notes).toEqual([]);
    });

    it('takes a lock from nobody: who waits too long gives up', async () => {
      await locks.acquire('a', { onWanted: () => {} });
      for (const each of [locks, others]) {
        await expect(inTime(each.acquire('a', { onWanted: () => {} }))).rejects.toThrow(Busy);
        expect(await each.tryAcquire('a')).toBeUndefined();
      }
    });

    it('ends the wait of who does not want it any more', async () => {
      for (const each of [locks, others]) {
        const { notes, onWanted } = noted();
        const release = await inTime(locks.acquire('a', { onWanted }));
        const end = new AbortController();
        const waiting = each.acquire('a', { onWanted: () => {}, signal: end.signal });
        waiting.catch(() => {}); // seen below
        await until(() => notes.length > 0);
        end.abort(new Error('the client went away'));
        await expect(inTime(waiting)).rejects.toThrow('the client went away');
        release();
        (await inTime(each.acquire('a', { onWanted: () => {} })))();
      }
    });

    it('gives a lock that is free to who only tries, and disturbs nobody else', async () => {
      const { notes, onWanted } = noted();
      const release = await locks.acquire('a', { onWanted });
      for (const each of [locks, others]) expect(await each.tryAcquire('a')).toBeUndefined();
      pass(LOCK_WAIT_MS / 2);
      expect(notes).toEqual([]);
      release();
      (await inTime(others.acquire('a', { onWanted })))();
      const again = await inTime(locks.acquire('a', { onWanted }));
      again();
    });
  });
}
