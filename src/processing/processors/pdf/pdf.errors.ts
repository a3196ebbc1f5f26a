import { DomainError, Problem } from '../../../platform/errors/domain-error';

@Problem({
  code: 'invalid_pdf',
  status: 422,
  title: 'Not a readable PDF',
  meaning:
    'The file is no PDF, is cut off, or is damaged beyond repair; `page` names the page where reading stopped, if it came that far. Make the file again and upload that.',
})
export class InvalidPdf extends DomainError {
  /** @param page - From 1; for a fault in one page. */
  constructor(detail: string, { page, ...options }: { page?: number } & ErrorOptions = {}) {
    super(detail, { ...options, extensions: page === undefined ? {} : { page } });
  }
}

@Problem({
  code: 'pdf_encrypted',
  status: 422,
  title: 'PDF needs a password',
  meaning:
    'The PDF cannot be opened without a password (one that only restricts printing or copying does no harm), or is encrypted in a way that is not supported. Remove the protection and upload it again.',
})
export class PdfEncrypted extends DomainError {}

@Problem({
  code: 'pdf_too_many_pages',
  status: 422,
  title: 'Too many pages',
  meaning: 'The document says it has more pages, `page_count`, than are processed, `limit`. Split it.',
})
export class TooManyPages extends DomainError {
  constructor(pageCount: number, limit: number) {
    super(`The document says it has ${pageCount} pages; at most ${limit} are processed.`, {
      extensions: { page_count: pageCount, limit },
    });
  }
}

@Problem({
  code: 'pdf_too_complex',
  status: 422,
  title: 'PDF too complex',
  meaning:
    'Reading the PDF takes more memory or gives more text than is allowed: it is very large, or made to exhaust the reader.',
})
export class PdfTooComplex extends DomainError {}
