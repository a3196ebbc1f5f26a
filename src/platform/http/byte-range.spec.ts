import { parseRange } from './byte-range';
import { RangeNotSatisfiable } from './http.errors';

describe('parseRange', () => {
  it.each([
    ['bytes=0-0', 10, 0, 0],
    ['bytes=0-9', 10, 0, 9],
    ['bytes=0-99999999999999999999', 10, 0, 9],
    ['bytes=9-', 10, 9, 9],
    ['bytes=-1', 10, 9, 9],
    ['bytes=-10', 10, 0, 9],
    ['bytes=-11', 10, 0, 9],
    ['Bytes= 1-2 ', 10, 1, 2],
  ])('takes %s of %d bytes from %d to %d', (header, size, start, end) => {
    expect(parseRange(header, size)).toEqual({ start, end });
  });

  it.each([
    '',
    'bytes',
    'bytes=',
    'bytes=-',
    'bytes=a-b',
    'bytes=2-1',
    'bytes=1-2,4-5',
    'bytes=--1',
    'lines=1-2',
    'bytes=1.5-2',
  ])('asks for everything with %j', (header) => expect(parseRange(header, 10)).toBeUndefined());

  it.each([
    ['bytes=10-', 10],
    ['bytes=10-20', 10],
    ['bytes=-0', 10],
    ['bytes=0-', 0],
    ['bytes=-5', 0],
    ['bytes=99999999999999999999-', 10],
  ])('finds nothing of %s in %d bytes', (header, size) => {
    expect(() => parseRange(header, size)).toThrow(RangeNotSatisfiable);
  });
});
