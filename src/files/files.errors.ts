import { DomainError, Problem } from '../platform/errors/domain-error';

@Problem({
  code: 'file_not_found',
  status: 404,
  title: 'There is no such file',
  meaning: 'No file of yours has this id. The same answer is given for a file of somebody else.',
})
export class FileNotFound extends DomainError {
  constructor(fileId: string) {
    super('There is no such file.', { extensions: { file_id: fileId } });
  }
}

@Problem({
  code: 'invalid_file_name',
  status: 400,
  title: 'The file name cannot be used',
  meaning: 'The name of the file is empty or contains control characters. Send the file under another name.',
})
export class InvalidFileName extends DomainError {}

@Problem({
  code: 'unsupported_file_type',
  status: 400,
  title: 'This type of file is not accepted',
  meaning:
    'No installed processor takes files with this extension, or the content is not what the extension says. The detail says what was found; `GET /processors` lists what is accepted.',
})
export class UnsupportedFileType extends DomainError {}
