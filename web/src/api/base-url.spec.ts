import { baseUrlOf } from './base-url';

describe('baseUrlOf', () => {
  it.each([
    ['http://localhost:3000/', 'http://localhost:3000'],
    ['http://localhost:3000/background', 'http://localhost:3000'],
    ['http://localhost:3000/#/jobs/1/2', 'http://localhost:3000'],
    ['https://example.org/some/prefix/', 'https://example.org/some/prefix'],
    ['https://example.org/some/prefix/background?a=/b#/jobs', 'https://example.org/some/prefix'],
  ])('of %s is %s', (page, base) => expect(baseUrlOf(page)).toBe(base));
});
