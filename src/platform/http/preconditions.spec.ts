import type { Request, Response } from 'express';
import { PreconditionFailed } from './http.errors';
import { isNotModified } from './preconditions';

const ETAG = '"abc"';
const MODIFIED = 'Sun, 22 Nov 2026 09:30:00 GMT';
const EARLIER = 'Sun, 22 Nov 2026 09:29:59 GMT';
const LATER = 'Sun, 22 Nov 2026 09:30:01 GMT';

function ask(
  headers: Record<string, string>,
  validators: Record<string, string> = { ETag: ETAG, 'Last-Modified': MODIFIED },
) {
  const request = { get: (name: string) => headers[name] } as Request;
  const response = { getHeader: (name: string) => validators[name] } as unknown as Response;
  return isNotModified(request, response);
}

describe('isNotModified', () => {
  it.each<[Record<string, string>, boolean]>([
    [{}, false],
    [{ 'if-none-match': ETAG }, true],
    [{ 'if-none-match': `W/${ETAG}` }, true],
    [{ 'if-none-match': `"x", W/"y",${ETAG}` }, true],
    [{ 'if-none-match': '*' }, true],
    [{ 'if-none-match': '"x"' }, false],
    [{ 'if-none-match': 'abc' }, false],
    [{ 'if-none-match': '' }, false],
    [{ 'if-none-match': ETAG, 'cache-control': 'no-cache' }, true],
    [{ 'if-modified-since': MODIFIED }, true],
    [{ 'if-modified-since': LATER }, true],
    [{ 'if-modified-since': EARLIER }, false],
    [{ 'if-modified-since': 'yesterday' }, false],
    [{ 'if-none-match': '"x"', 'if-modified-since': LATER }, false],
    [{ 'if-match': ETAG, 'if-none-match': ETAG }, true],
    [{ 'if-unmodified-since': MODIFIED }, false],
    [{ 'if-unmodified-since': 'yesterday' }, false],
    [{ 'if-match': ETAG, 'if-unmodified-since': EARLIER }, false],
  ])('%j: %s', (headers, expected) => expect(ask(headers)).toBe(expected));

  it.each<Record<string, string>>([
    { 'if-match': '"x"' },
    { 'if-match': `W/${ETAG}` },
    { 'if-match': '' },
    { 'if-unmodified-since': EARLIER },
    { 'if-match': '"x"', 'if-none-match': ETAG },
  ])('%j fails', (headers) => expect(() => ask(headers)).toThrow(PreconditionFailed));

  it('compares times only where there is one', () => {
    expect(ask({ 'if-modified-since': LATER }, { ETag: ETAG })).toBe(false);
    expect(ask({ 'if-unmodified-since': EARLIER }, { ETag: ETAG })).toBe(false);
  });
});
