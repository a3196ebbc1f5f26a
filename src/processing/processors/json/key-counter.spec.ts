import { KeyCounter } from './key-counter';

function countKeys(objects: string[][], limit = 100) {
  const counter = new KeyCounter(limit);
  for (const keys of objects) {
    counter.nextObject();
    for (const key of keys) {
      const bytes = Buffer.from(`"${key}"`);
      counter.add(bytes, 1, bytes.length - 1);
      bytes.fill(0);
    }
  }
  return counter.list();
}

it('counts keys in the order in which they first occurred', () => {
  expect(countKeys([['b', 'a'], ['a', 'b'], [], ['a', 'c', 'a'], ['b', 'a', 'aa']])).toEqual({
    keys: [
      { name: 'b', count: 3 },
      { name: 'a', count: 5 },
      { name: 'c', count: 1 },
      { name: 'aa', count: 1 },
    ],
    moreKeys: false,
  });
});

it('lists so many and says when there are more', () => {
  const many = Array.from({ length: 10 }, (_, i) => `k${i}`);
  expect(countKeys([many, many], 10)).toMatchObject({ moreKeys: false });
  const { keys, moreKeys } = countKeys(
    [
      [...many, 'x', 'k9'],
      ['y', 'k0'],
    ],
    10,
  );
  expect(moreKeys).toBe(true);
  expect(keys).toHaveLength(10);
  expect(keys[0]).toEqual({ name: 'k0', count: 2 });
  expect(keys[9]).toEqual({ name: 'k9', count: 2 });
});

it('shows keys as people read them', () => {
  const names = countKeys([
    [
      '\\u00e9\\n\\"',
      '\\ud83d\\ude00',
      '\\ud83d',
      '日本',
      '\\\\u0041',
      'x'.repeat(300),
      '\\u0041'.repeat(5000),
    ],
  ]).keys.map(({ name }) => name);
  expect(names).toEqual([
    'é\n"',
    '😀',
    '\ufffd',
    '日本',
    '\\u0041',
    `${'x'.repeat(200)}…`,
    `${'A'.repeat(200)}…`,
  ]);
});
