import { readExif } from './image-exif';

type Field = [tag: number, type: number, count: number, value: number | Buffer];

const ASCII = 2;
const SHORT = 3;
const RATIONAL = 5;

const text = (value: string): Buffer => Buffer.from(`${value}\0`);
const ratio = (top: number, bottom: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(top, 0);
  bytes.writeUInt32LE(bottom, 4);
  return bytes;
};

/** A little-endian block: the image directory, its Exif directory, and what does not fit into a field. */
function block(image: Field[], photo: Field[] = [], pointer = 0x8769): Buffer {
  const photoAt = 8 + 2 + (image.length + 1) * 12 + 4;
  const bytes = Buffer.alloc(4096);
  bytes.write('II*\0', 'latin1');
  bytes.writeUInt32LE(8, 4);
  let free = photoAt + 2 + photo.length * 12 + 4;
  const write = (at: number, fields: Field[]): void => {
    bytes.writeUInt16LE(fields.length, at);
    for (const [i, [tag, type, count, value]] of fields.entries()) {
      const field = at + 2 + i * 12;
      bytes.writeUInt16LE(tag, field);
      bytes.writeUInt16LE(type, field + 2);
      bytes.writeUInt32LE(count, field + 4);
      if (typeof value === 'number') bytes.writeUInt32LE(value, field + 8);
      else if (value.length <= 4) value.copy(bytes, field + 8);
      else {
        bytes.writeUInt32LE(free, field + 8);
        free += value.copy(bytes, free);
      }
    }
  };
  write(8, [...image, [pointer, 4, 1, photoAt]]);
  write(photoAt, photo);
  return bytes.subarray(0, free);
}

const make = (value: Buffer): Field => [0x010f, ASCII, value.length, value];
const taken = (value: string): Field => [0x9003, ASCII, value.length + 1, text(value)];

it('reads the fields, with the mark in front or without', () => {
  const bytes = block(
    [make(text('Leica'))],
    [[0x829a, RATIONAL, 1, ratio(1, 3)], [0x8827, SHORT, 1, 100], taken('2020:02:29 23:59:59')],
  );
  const expected = {
    camera_make: 'Leica',
    camera_model: null,
    lens_model: null,
    taken_at: '2020-02-29T23:59:59',
    exposure_seconds: 0.333333,
    f_number: null,
    iso: 100,
    focal_length_mm: null,
    gps: null,
  };
  expect(readExif(bytes)).toEqual(expected);
  expect(readExif(Buffer.concat([Buffer.from('Exif\0\0'), bytes]))).toEqual(expected);
});

const degrees = (d: number, m: number, s: number): Buffer =>
  Buffer.concat([ratio(d, 1), ratio(m, 1), ratio(s * 100, 100)]);

const place = (north: string, latitude: Buffer, east: string, longitude: Buffer): Field[] => [
  [1, ASCII, 2, text(north)],
  [2, RATIONAL, 3, latitude],
  [3, ASCII, 2, text(east)],
  [4, RATIONAL, 3, longitude],
];

it('reads the place when it is asked to, south and west negative', () => {
  const gps = place('S', degrees(33, 51, 24.12), 'W', degrees(70, 30, 0));
  const bytes = block([], [...gps, [5, 1, 1, 1], [6, RATIONAL, 1, ratio(125, 10)]], 0x8825);
  expect(readExif(bytes)).toBeNull();
  expect(readExif(bytes, true)).toMatchObject({
    gps: { latitude: -33.856_7, longitude: -70.5, altitude_m: -12.5 },
  });
});

it.each([
  ['beyond the pole', place('N', degrees(90, 0, 1), 'E', degrees(1, 0, 0))],
  ['of fractions by nothing', place('N', Buffer.alloc(24), 'E', degrees(1, 0, 0))],
  ['with a coordinate alone', place('N', degrees(1, 0, 0), 'E', degrees(1, 0, 0)).slice(0, 2)],
  [
    'with one fraction only',
    [...place('N', degrees(1, 0, 0), 'E', ratio(1, 1)).slice(0, 3), [4, RATIONAL, 1, ratio(1, 1)] as Field],
  ],
])('takes a place %s for none', (_what, gps) => {
  expect(readExif(block([], gps, 0x8825), true)).toBeNull();
});

it('reads a text of four bytes, which lies in the field itself', () => {
  expect(readExif(block([make(text('Fun'))]))).toMatchObject({ camera_make: 'Fun' });
});

it('adds the UTC offset where it is well-formed', () => {
  const date = taken('2020:01:01 00:00:00');
  const withOffset = (offset: string): Field[] => [date, [0x9011, ASCII, offset.length + 1, text(offset)]];
  expect(readExif(block([], withOffset('-03:30')))).toMatchObject({ taken_at: '2020-01-01T00:00:00-03:30' });
  expect(readExif(block([], withOffset('   :  ')))).toMatchObject({ taken_at: '2020-01-01T00:00:00' });
});

it.each(['0000:00:00 00:00:00', '    :  :     :  :  ', '2020:13:01 00:00:00', '2020-01-01 00:00:00'])(
  'has no time for %j',
  (value) => expect(readExif(block([make(text('A'))], [taken(value)]))).toMatchObject({ taken_at: null }),
);

it('keeps control characters out and texts short', () => {
  const hostile = `\u001b[31mA\u202eB${'x'.repeat(500)}`;
  const data = readExif(block([make(text(hostile))]));
  expect(data?.camera_make).toMatch(/^\[31mA BX*x+$/);
  expect(data?.camera_make?.length).toBeLessThanOrEqual(200);
});

it('is null for nothing of interest, and for what is no EXIF', () => {
  expect(readExif(block([]))).toBeNull();
  expect(readExif(block([make(text('   '))]))).toBeNull();
  expect(readExif(Buffer.from('Exif\0\0GIF89a'))).toBeNull();
  expect(readExif(Buffer.alloc(0))).toBeNull();
});

it('gives no number for a ratio of nothing', () => {
  const field = (value: Buffer): Field[] => [[0x829d, RATIONAL, 1, value]];
  expect(readExif(block([make(text('A'))], field(ratio(0, 0))))).toMatchObject({ f_number: null });
  expect(readExif(block([make(text('A'))], field(ratio(1, 0))))).toMatchObject({ f_number: null });
});

it('survives a cut at every place', () => {
  const bytes = block([make(text('Leica Camera AG'))], [taken('2020:01:01 00:00:00')]);
  for (let end = 0; end < bytes.length; end++) {
    expect(() => readExif(bytes.subarray(0, end))).not.toThrow();
  }
});

it('is not slowed by a block that claims to hold 300 million values', () => {
  const fields = 5_000;
  const bytes = Buffer.alloc(65_527, 1);
  bytes.write('II*\0', 'latin1');
  bytes.writeUInt32LE(8, 4);
  bytes.writeUInt16LE(fields, 8);
  for (let i = 0; i < fields; i++) {
    const field = 10 + i * 12;
    bytes.writeUInt16LE(0x010f + i, field);
    bytes.writeUInt16LE(1, field + 2);
    bytes.writeUInt32LE(60_000, field + 4);
    bytes.writeUInt32LE(8, field + 8);
  }
  const before = process.cpuUsage();
  expect(readExif(bytes)).toBeNull();
  expect(process.cpuUsage(before).user).toBeLessThan(100_000);
});
