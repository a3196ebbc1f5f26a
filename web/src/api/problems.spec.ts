import { FilemillError } from '@filemill/sdk';
import { mayPass, troubleOf, troubleOfProblem } from './problems';

const problem = (status: number, code: string, more: object = {}) => ({
  type: 'about:blank',
  title: 'A title',
  detail: 'A detail.',
  status,
  code,
  ...more,
});
const error = (status: number, code: string, more?: object, headers?: Record<string, string>) =>
  new FilemillError(problem(status, code, more), new Response(null, { status, headers }));

describe('troubleOf', () => {
  it('says what the service said, and what to do', () => {
    expect(troubleOf(error(413, 'file_too_large'))).toEqual({
      title: 'A title',
      detail: 'A detail.',
      fields: {},
      canRetry: false,
    });
    expect(troubleOf(error(503, 'backlog_full')).detail).toBe('A detail. Try again in a moment.');
  });

  it.each(['A title', 'A title.'])('says nothing twice: %s', (detail) => {
    expect(troubleOf(error(401, 'wrong_credentials', { detail })).detail).toBe('');
    expect(troubleOf(error(503, 'backlog_full', { detail })).detail).toBe('Try again in a moment.');
  });

  it('says what is wrong with each field', () => {
    const errors = [{ field: 'email', message: 'email must be an email' }];
    expect(troubleOf(error(422, 'validation_failed', { errors })).fields).toEqual({
      email: 'email must be an email',
    });
  });

  it.each([
    ['30', 'A detail. Wait 30 seconds.'],
    ['600', 'A detail. Wait 10 minutes.'],
  ])('says how long to wait: %s s', (retryAfter, detail) => {
    const limited = error(429, 'rate_limited', {}, { 'Retry-After': retryAfter });
    expect(troubleOf(limited).detail).toBe(detail);
  });

  it('gives the number of the request when the service is to blame', () => {
    expect(troubleOf(error(500, 'internal_error', { request_id: 'r-1' })).requestId).toBe('r-1');
    expect(troubleOf(error(404, 'job_not_found', { request_id: 'r-1' })).requestId).toBeUndefined();
  });

  it('knows when there was no answer at all', () => {
    expect(troubleOf(new TypeError('Failed to fetch')).title).toBe('The service does not answer');
    expect(troubleOf(new Error('Odd.')).detail).toBe('Odd.');
  });

  it.each([
    [true, error(503, 'backlog_full')],
    [true, error(429, 'rate_limited')],
    [true, new TypeError('Failed to fetch')],
    [false, error(400, 'file_type_not_accepted')],
    [false, new Error('Odd.')],
  ])('says whether the same may work another time: %s', (is, thrown) =>
    expect(troubleOf(thrown).canRetry).toBe(is),
  );

  it('reads the error of a job', () => {
    expect(troubleOfProblem(problem(422, 'invalid_text')).detail).toBe('A detail.');
  });
});

describe('mayPass', () => {
  it.each([
    [true, error(503, 'backlog_full')],
    [true, new TypeError('Failed to fetch')],
    [false, error(507, 'storage_full')],
    [false, error(404, 'job_not_found')],
    [false, new Error('Odd.')],
  ])('is %s', (is, thrown) => expect(mayPass(thrown)).toBe(is));
});
