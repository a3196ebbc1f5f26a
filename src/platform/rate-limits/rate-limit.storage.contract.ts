import { MINUTE_MS } from '../clock/durations';
import type { RateLimitStorage } from './rate-limit.storage';

export interface RateLimitStorageHarness {
  readonly storage: RateLimitStorage;
  /** Lets the time of the windows go by. */
  readonly pass: (ms: number) => void | Promise<void>;
}

/** What every driver of {@link RateLimitStorage} has to keep. */
export function rateLimitStorageContract(create: () => Promise<RateLimitStorageHarness>): void {
  describe('RateLimitStorage contract', () => {
    let storage: RateLimitStorage;
    let pass: RateLimitStorageHarness['pass'];
    beforeEach(async () => {
      ({ storage, pass } = await create());
    });

    const use = (key: string, cost?: number, limit = 10) =>
      storage.increment(key, MINUTE_MS, limit, 0, 'test', cost);

    it.each([
      ['one each', [undefined, undefined], 2],
      ['what it costs', [3, 4], 7],
      ['not what finds no room', [8, 3, 2], 10],
      ['less what is given back', [8, -3], 5],
      ['never less than nothing', [1, -3, 2], 2],
      ['nothing for a question', [3, 0], 3],
    ])('counts %s', async (_, costs, used) => {
      for (const cost of costs) await use('a', cost);
      expect((await use('a', 0)).totalHits).toBe(used);
    });

    it('counts bytes of any number exactly', async () => {
      const most = Number.MAX_SAFE_INTEGER;
      await use('a', most - 1, most);
      expect(await use('a', 1, most)).toMatchObject({ totalHits: most, isBlocked: false });
      expect(await use('a', 1, most)).toMatchObject({ totalHits: most, isBlocked: true });
    });

    it('lets no more than the limit have room, however many come at once', async () => {
      const standings = await Promise.all(Array.from({ length: 25 }, () => use('a')));
      expect(standings.filter(({ isBlocked }) => !isBlocked)).toHaveLength(10);
    });

    it('says when nothing is left, and until when', async () => {
      expect(await use('a', 10)).toMatchObject({ isBlocked: false, timeToBlockExpire: 0 });
      await pass(20_500);
      const blocked = { totalHits: 10, timeToExpire: 40, isBlocked: true, timeToBlockExpire: 40 };
      expect(await use('a')).toEqual(blocked);
      expect(await use('a', 0)).toEqual(blocked);
      expect((await use('b')).isBlocked).toBe(false);
      await pass(39_500);
      expect(await use('a')).toMatchObject({ totalHits: 1, timeToExpire: 60, isBlocked: false });
    });
  });
}
