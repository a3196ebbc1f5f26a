import { ERRORS } from '@tus/server';
import { DomainError } from '../../platform/errors/domain-error';
import { UploadAborted } from '../../platform/http/multipart/multipart.errors';
import { translateTusFault } from './tus.errors';

describe('a fault of a tus request', () => {
  const statusOf = (fault: unknown) => {
    const error = translateTusFault(fault, { uploadId: 'x', maxBytes: 1 });
    return error instanceof DomainError ? error.problem.status : undefined;
  };

  it('asks a client to come again when another request took its upload over', () => {
    expect(statusOf(ERRORS.ABORTED)).toBe(423);
  });

  it('is for nobody when the client is gone', () => {
    expect(statusOf(new UploadAborted('gone'))).toBe(400);
  });

  it('stays what it is when it is none of the protocol', () => {
    const fault = new Error('broken');
    expect(translateTusFault(fault, { uploadId: 'x', maxBytes: 1 })).toBe(fault);
  });
});
