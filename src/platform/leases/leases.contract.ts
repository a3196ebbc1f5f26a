import { setTimeout } from 'node:timers/promises';
import { LEASE_MS, type Leases } from './leases';

export interface LeasesHarness {
  /** Of two instances that share what they hold; or the same one twice, where there is only one. */
  readonly here: Leases;
  readonly there: Leases;
  /** Lets the time of both go by. */
  readonly pass: (ms: number) => void;
}

/** What every driver of {@link Leases} has to keep. */
export function leasesContract(create: () => Promise<LeasesHarness>): void {
  describe('Leases contract', () => {
    let here: Leases;
    let there: Leases;
    let pass: (ms: number) => void;
    beforeEach(async () => {
      ({ here, there, pass } = await create());
    });

    /** Lets time go by, little by little, until something has come of it. */
    async function until(condition: () => boolean): Promise<void> {
      while (!condition()) {
        pass(50);
        await setTimeout(2);
      }
    }

    it('gives a name to one at a time', async () => {
      const lease = await here.take('a');
      expect(lease?.isHeld).toBe(true);
      expect(await here.take('a')).toBeUndefined();
      expect(await there.take('a')).toBeUndefined();
      expect(await there.take('b')).toBeDefined();
    });

    it('gives it to the next one when it is free', async () => {
      const lease = (await here.take('a'))!;
      await lease.release();
      expect(lease.isHeld).toBe(false);
      const next = (await there.take('a'))!;
      await lease.release(); // what it has no more
      expect(next.isHeld).toBe(true);
      expect(await here.take('a')).toBeUndefined();
    });

    it('gives it to one of many who ask at once', async () => {
      const asked = Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? here : there).take('a'));
      const given = (await Promise.all(asked)).filter((lease) => lease !== undefined);
      expect(given).toHaveLength(1);
    });

    it('leaves it with who lives, however long', async () => {
      const lease = (await here.take('a'))!;
      let passed = 0;
      await until(() => (passed += 50) > 3 * LEASE_MS);
      expect(lease.isHeld).toBe(true);
      expect(await there.take('a')).toBeUndefined();
    });

    it('tells who has it that somebody wants it, and nobody else', async () => {
      const told: string[] = [];
      await here.take('a', () => told.push('a'));
      await here.take('b', () => told.push('b'));
      await there.want('a');
      await until(() => told.length > 0);
      expect(new Set(told)).toEqual(new Set(['a']));
    });

    it('does not mind that nobody has what is wanted', async () => {
      await there.want('a');
      const told = jest.fn();
      expect(await here.take('a', told)).toBeDefined();
      expect(told).not.toHaveBeenCalled();
    });
  });
}
