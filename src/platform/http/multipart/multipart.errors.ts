import { DomainError, Problem } from '../../errors/domain-error';

@Problem({
  code: 'malformed_multipart',
  status: 400,
  title: 'Malformed multipart body',
  meaning:
    'The body is not well-formed multipart/form-data: its boundary is missing or wrong, it ends before the closing boundary, or the headers or the name of a part are invalid. The detail says which.',
})
export class MalformedMultipart extends DomainError {}

@Problem({
  code: 'too_many_parts',
  status: 400,
  title: 'Too many parts',
  meaning:
    'The multipart body has more fields or more files than the route takes. Send them in several requests.',
})
export class TooManyParts extends DomainError {}

@Problem({
  code: 'body_too_large',
  status: 413,
  title: 'Request body too large',
  meaning: 'The whole request body, with everything around the files, is larger than the route takes.',
})
export class BodyTooLarge extends DomainError {}

@Problem({
  code: 'field_too_large',
  status: 413,
  title: 'Form field too large',
  meaning: 'The value of a form field that is not a file is longer than the route takes.',
})
export class FieldTooLarge extends DomainError {}

/** The `accept…` extension member says in header form what would have been taken. */
@Problem({
  code: 'unsupported_body_type',
  status: 415,
  title: 'Unsupported request body type',
  meaning: 'The body must be multipart/form-data, sent as it is: no Content-Encoding, no base64 parts.',
})
export class UnsupportedBodyType extends DomainError {}

/** Nobody is left to answer: recorded, not sent. */
@Problem({
  code: 'upload_aborted',
  status: 400,
  title: 'Upload aborted',
  meaning: 'The client closed the connection before the body was complete. Nothing was stored.',
})
export class UploadAborted extends DomainError {}
