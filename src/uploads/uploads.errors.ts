import { DomainError, Problem } from '../platform/errors/domain-error';
import { toProblem } from '../platform/http/problem';

/** A file of a batch that was not taken; the others may have been. */
export interface RefusedFile {
  readonly filename: string;
  readonly error: DomainError;
}

@Problem({
  code: 'missing_file',
  status: 400,
  title: 'There is no file in the request',
  meaning:
    'The multipart body needs a part with a file name: `file` for a single upload, `files` for a batch.',
})
export class MissingFile extends DomainError {
  constructor(part: string) {
    super(`The body has no file: send it as the part '${part}'.`);
  }
}

@Problem({
  code: 'unexpected_field',
  status: 400,
  title: 'Unexpected part in the request',
  meaning: 'A file came under another name than the form has for it, or the same field came twice.',
})
export class UnexpectedField extends DomainError {}

@Problem({
  code: 'file_too_large',
  status: 413,
  title: 'The file is too large',
  meaning: 'The file is larger than `MAX_FILE_SIZE_BYTES` allows. Nothing was stored.',
})
export class FileTooLarge extends DomainError {
  constructor(limit: number) {
    super(`The file is larger than ${limit} bytes.`, { extensions: { max_file_size_bytes: limit } });
  }
}

@Problem({
  code: 'no_file_accepted',
  status: 400,
  title: 'None of the files was accepted',
  meaning: 'Every file of the batch was refused, and nothing was stored; `rejected` says why of each.',
})
export class NoFileAccepted extends DomainError {
  constructor(refused: readonly RefusedFile[]) {
    const rejected = refused.map(({ filename, error }) => ({ filename, problem: toProblem(error) }));
    super(`None of the ${rejected.length} files was accepted.`, { extensions: { rejected } });
  }
}
