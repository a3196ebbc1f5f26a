import type { Request, Response } from 'express';
import { linkNext, toPage } from './page.dto';

describe('toPage', () => {
  it.each([
    [[], { entries: [] }],
    [['c', 'b'], { entries: ['c', 'b'] }],
    [['c', 'b', 'a'], { entries: ['c', 'b', 'a'] }],
    [['d', 'c', 'b', 'a'], { entries: ['d', 'c', 'b'], next: 'after b' }],
  ])('of %j, three at most', (rows, page) => {
    expect(toPage(rows, 3, (row) => `after ${row}`)).toEqual(page);
  });
});

describe('linkNext', () => {
  function link(originalUrl: string, next?: string) {
    const headers: Record<string, unknown> = {};
    const response = { setHeader: (name: string, value: unknown) => (headers[name] = value) };
    linkNext({ originalUrl } as Request, response as unknown as Response, next);
    return headers['Link'];
  }

  it.each([
    ['/jobs', '</jobs?cursor=x>; rel="next"'],
    ['/jobs?limit=2', '</jobs?limit=2&cursor=x>; rel="next"'],
    ['/jobs?cursor=old&limit=2', '</jobs?cursor=x&limit=2>; rel="next"'],
    ['/jobs?tag=%C3%A4%26%3E', '</jobs?tag=%C3%A4%26%3E&cursor=x>; rel="next"'],
  ])('leads from %s on', (url, expected) => expect(link(url, 'x')).toBe(expected));

  it('is not set on the last page', () => expect(link('/jobs')).toBeUndefined());
});
