import { DomainError, Problem } from '../../../platform/errors/domain-error';

@Problem({
  code: 'invalid_document',
  status: 422,
  title: 'Not a readable Word document',
  meaning:
    'The file is no Word document, is cut off or damaged, or is of Word 95 or older. Open it in a word processor, save it as .docx, and upload that.',
})
export class InvalidDocument extends DomainError {}

@Problem({
  code: 'document_encrypted',
  status: 422,
  title: 'Document needs a password',
  meaning: 'The Word document is encrypted. Remove its password and upload it again.',
})
export class DocumentEncrypted extends DomainError {
  constructor() {
    super('The document cannot be opened without its password.');
  }
}

@Problem({
  code: 'document_too_complex',
  status: 422,
  title: 'Document too complex',
  meaning:
    'The Word document unpacks to more than is processed, or is nested too deeply: it is very large, or made to exhaust the reader.',
})
export class DocumentTooComplex extends DomainError {}
