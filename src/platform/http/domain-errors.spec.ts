import {
  BadRequestException,
  ForbiddenException,
  NotFoundException,
  PayloadTooLargeException,
  UnsupportedMediaTypeException,
} from '@nestjs/common';
import { problemCatalog } from '../errors/domain-error';
import { toDomainError } from './domain-errors';
import { MethodNotAllowed } from './http.errors';
import { toProblem } from './problem';

const withStatus = (status: number) =>
  Object.assign(new Error('from a library, at /srv/app/x.js'), { status });

describe('toDomainError', () => {
  it('leaves our own errors as they are', () => {
    const error = new MethodNotAllowed('PUT', ['GET']);
    expect(toDomainError(error)).toBe(error);
  });

  it.each([
    [new NotFoundException(), 'route_not_found'],
    [new BadRequestException('x'), 'malformed_request'],
    [new PayloadTooLargeException(), 'request_too_large'],
    [new UnsupportedMediaTypeException(), 'unsupported_media_type'],
    [new ForbiddenException(), 'internal_error'],
    [withStatus(400), 'malformed_request'],
    [withStatus(413), 'request_too_large'],
    [withStatus(415), 'unsupported_media_type'],
    [withStatus(500), 'internal_error'],
    [new TypeError('x is not a function'), 'internal_error'],
    ['a string', 'internal_error'],
    [undefined, 'internal_error'],
    [null, 'internal_error'],
  ])('gives %p the code %s', (thrown, code) => {
    expect(toDomainError(thrown).problem.code).toBe(code);
  });

  it('keeps the cause for the log and tells the caller nothing of it', () => {
    const cause = new Error('SQLITE_CORRUPT in /srv/data');
    const error = toDomainError(cause);
    expect(error.cause).toBe(cause);
    expect(JSON.stringify(toProblem(error))).not.toMatch(/SQLITE|srv/);
  });
});

describe('toProblem', () => {
  it('has the members of RFC 9457, the code, and what the error adds', () => {
    expect(toProblem(new MethodNotAllowed('PUT', ['GET', 'HEAD']))).toEqual({
      type: '/docs/errors#method_not_allowed',
      title: 'Method not allowed',
      status: 405,
      detail: 'PUT is not allowed here; GET, HEAD are.',
      code: 'method_not_allowed',
    });
  });

  it('has a snake_case code and an error status for every kind', () => {
    for (const { code, status } of problemCatalog()) {
      expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(600);
    }
  });
});
