import { BOOLEAN, CellReader, DATE, INTEGER, NULL, NULL_WORD, NUMBER, TEXT } from './cell-kind';

const reader = new CellReader(false);

function kindOf(cell: string, of = reader): number {
  const bytes = Buffer.from(`9${cell}9`);
  return of.kindOf(bytes, 1, bytes.length - 1);
}

function valueOf(cell: string, of = reader): number {
  kindOf(cell, of);
  return of.value;
}

describe('numbers', () => {
  it.each([
    ['0', 0],
    ['7', 7],
    ['-12', -12],
    ['+5', 5],
    [' 42\t', 42],
    ['9007199254740993', 9_007_199_254_740_992],
    ['123456789012345678901234567890', 1.2345678901234568e29],
  ])('%j is an integer', (cell, value) => {
    expect(kindOf(cell)).toBe(INTEGER);
    expect(valueOf(cell)).toBe(value);
  });

  it.each(['1.5', '-0.25', '.5', '2.', '1e3', '1E-7', '6.02e+23', '0.1', '123456789.123456789', '1e308'])(
    '%j is a number, and the nearest double',
    (cell) => {
      expect(kindOf(cell)).toBe(NUMBER);
      expect(valueOf(cell)).toBe(Number(cell));
    },
  );

  it('are the nearest doubles, whatever the digits', () => {
    for (let digits = 1; digits <= 25; digits++) {
      for (let point = 0; point <= digits; point++) {
        const all = '7319246805'.repeat(3).slice(0, digits);
        const cell = `${all.slice(0, point)}.${all.slice(point)}`;
        expect(valueOf(cell)).toBe(Number(cell));
      }
    }
  });

  it.each([
    '007',
    '00',
    '-01.5',
    '1,5',
    '1.5.2',
    '1e',
    '1e+',
    '1e999',
    '-',
    '+',
    '.',
    '--1',
    '1 000',
    '0x10',
    '1_0',
    '5%',
    '$5',
    '٣',
  ])('%j is text', (cell) => {
    expect(kindOf(cell)).toBe(TEXT);
  });

  it('may have a decimal comma where that is on', () => {
    const comma = new CellReader(true);
    expect(kindOf('1,5', comma)).toBe(NUMBER);
    expect(valueOf('-1,5', comma)).toBe(-1.5);
    expect(valueOf('1234567890,1234567890', comma)).toBe(Number('1234567890.1234567890'));
    expect(valueOf('1.5', comma)).toBe(1.5);
    expect(kindOf('1.234,5', comma)).toBe(TEXT);
    expect(kindOf('1,2,3', comma)).toBe(TEXT);
  });
});

describe('dates', () => {
  it.each([
    ['2024-02-29', '2024-02-29T00:00:00Z'],
    ['1970-01-01', '1970-01-01T00:00:00Z'],
    ['0001-01-01', '0001-01-01T00:00:00Z'],
    ['9999-12-31', '9999-12-31T00:00:00Z'],
    ['1900-03-01', '1900-03-01T00:00:00Z'],
    ['2024-01-31T10:15', '2024-01-31T10:15:00Z'],
    ['2024-01-31 10:15:30', '2024-01-31T10:15:30Z'],
    ['2024-01-31T10:15:30.25Z', '2024-01-31T10:15:30.250Z'],
    ['2024-01-31T10:15:30+02:00', '2024-01-31T10:15:30+02:00'],
    ['2024-01-31T10:15-0330', '2024-01-31T10:15:00-03:30'],
  ])('%j is one', (cell, iso) => {
    expect(kindOf(cell)).toBe(DATE);
    expect(valueOf(cell)).toBeCloseTo(Date.parse(iso) / 1000, 6);
  });

  it('are all days of the calendar', () => {
    const wrong: string[] = [];
    for (let day = Date.parse('1895-01-01'); day < Date.parse('2105-01-01'); day += 86_400_000) {
      const cell = new Date(day).toISOString().slice(0, 10);
      if (valueOf(cell) !== day / 1000 || kindOf(cell) !== DATE) wrong.push(cell);
    }
    expect(wrong).toEqual([]);
  });

  it.each([
    '2023-02-29',
    '1900-02-29',
    '2024-04-31',
    '2024-13-01',
    '2024-00-10',
    '2024-01-00',
    '2024-1-5',
    '31.01.2024',
    '01/31/2024',
    '2024/01/31',
    '20240131T1015',
    '2024-01-31T',
    '2024-01-31T10',
    '2024-01-31T24:00',
    '2024-01-31T10:60',
    '2024-01-31T10:15:60',
    '2024-01-31T10:15:3',
    '2024-01-31T10:15:30.',
    '2024-01-31T10:15Z0',
    '2024-01-31T10:15+2',
    '2024-01-31T10:15+25:00',
    '2024-01-31x10:15',
  ])('%j is text', (cell) => {
    expect(kindOf(cell)).toBe(TEXT);
  });
});

it.each(['true', 'FALSE', 'Yes', 'no', ' nO '])('%j is a boolean', (cell) => {
  expect(kindOf(cell)).toBe(BOOLEAN);
});

it.each(['', ' ', '\t \t'])('%j is null', (cell) => {
  expect(kindOf(cell)).toBe(NULL);
});

it('knows the words for null by sight', () => {
  const words = ['NULL', 'null', 'Null', 'NA', 'N/A', 'n/a', 'NaN', 'nan', 'None', '\\N'];
  const bits = words.map((word) => {
    expect(kindOf(word)).toBe(NULL_WORD);
    return reader.nullWord;
  });
  expect(new Set(bits).size).toBe(words.length);
});

it.each(['t', 'f', 'y', 'truely', 'truth', 'na', 'nil', 'none', 'NULLS', '\u00a0', 'é', '=1+1', '@SUM(A1)'])(
  '%j is text',
  (cell) => {
    expect(kindOf(cell)).toBe(TEXT);
  },
);
