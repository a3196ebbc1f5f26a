import { DistinctCounter } from './distinct-counter';

const bytes = Buffer.alloc(64);

function add(counter: DistinctCounter, text: string): void {
  counter.add(bytes, 0, bytes.write(text));
}

it('is exact up to the bound, whatever comes again', () => {
  const counter = new DistinctCounter(5000);
  for (let round = 0; round < 3; round++) for (let i = 0; i < 5000; i++) add(counter, String(i));
  expect(counter.count).toBe(5000);
  expect(counter.isExact).toBe(true);
  add(counter, 'one more');
  expect(counter.isExact).toBe(false);
});

it('tells apart what differs in one byte or in length', () => {
  const counter = new DistinctCounter(100_000);
  for (let byte = 0; byte < 256; byte++) {
    for (let length = 1; length <= 64; length++) {
      counter.add(Buffer.alloc(length, byte), 0, length);
    }
  }
  expect(counter.count).toBe(256 * 64);
});

it('reads nothing but the cell', () => {
  const counter = new DistinctCounter(10);
  counter.add(Buffer.from('xcelly'), 1, 5);
  counter.add(Buffer.from('acellbbb'), 1, 5);
  expect(counter.count).toBe(1);
});

it.each([
  ['numbers', (i: number) => String(i)],
  ['padded numbers', (i: number) => `2024-${String(i).padStart(8, '0')}`],
  ['words', (i: number) => `user${i.toString(36)}@example.org`],
])('estimates within its error beyond the bound: %s', (_what, text) => {
  const bound = 2048;
  const errors: number[] = [];
  for (let part = 0; part < 10; part++) {
    const counter = new DistinctCounter(bound);
    for (let i = 0; i < 40_000; i++) {
      add(counter, text(part * 1_000_000 + i));
      if (i % 3 === 0) add(counter, text(part * 1_000_000));
    }
    errors.push(counter.count / 40_000 - 1);
  }
  const standardError = Math.sqrt(2 / bound);
  expect(Math.max(...errors.map(Math.abs))).toBeLessThan(4 * standardError);
  expect(Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / 10)).toBeLessThan(
    1.5 * standardError,
  );
  expect(Math.min(...errors)).toBeLessThan(0);
  expect(Math.max(...errors)).toBeGreaterThan(0);
});
