import { DomainError, Problem } from '../platform/errors/domain-error';

@Problem({
  code: 'missing_file',
  status: 400,
  title: 'There is no file in the request',
  meaning: 'The multipart body needs one part with a file name, called `file`.',
})
export class MissingFile extends DomainError {
  constructor() {
    super("The body has no file: send it as the part 'file'.");
  }
}

@Problem({
  code: 'unexpected_field',
  status: 400,
  title: 'Unexpected part in the request',
  meaning: 'A file came under another name than `file`, or the same field came twice.',
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
