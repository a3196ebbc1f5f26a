import { DomainError, Problem } from '../../../platform/errors/domain-error';

@Problem({
  code: 'invalid_archive',
  status: 422,
  title: 'Not a valid archive',
  meaning:
    'The archive is truncated or damaged, or what it states about an entry (size, checksum, place) is not so; the detail says where. Pack it again and upload it again.',
})
export class InvalidArchive extends DomainError {
  /** @param where - `at entry 3 (notes.txt)` */
  constructor(where: string, reason: string, options?: ErrorOptions) {
    super(`The archive is damaged ${where}: ${reason}.`, options);
  }
}

@Problem({
  code: 'archive_bomb',
  status: 422,
  title: 'Archive expands too far',
  meaning:
    'The archive unpacks to far more bytes than honest data does, or its entries share the same bytes. It was not read to its end. Pack the files in another way if they are what they seem.',
})
export class ArchiveBomb extends DomainError {}

@Problem({
  code: 'archive_too_large',
  status: 422,
  title: 'Archive too large',
  meaning: 'The archive unpacks to more bytes than are read; `limit` says how many. Split it.',
})
export class ArchiveTooLarge extends DomainError {
  constructor(limit: number) {
    super(`The archive unpacks to more than ${limit / 2 ** 30} GiB.`, { extensions: { limit } });
  }
}

@Problem({
  code: 'too_many_entries',
  status: 422,
  title: 'Too many entries in the archive',
  meaning: 'The archive holds more entries than are listed; `limit` says how many. Split it.',
})
export class TooManyEntries extends DomainError {
  constructor(limit: number) {
    super(`The archive holds more than ${limit} entries.`, { extensions: { limit } });
  }
}

@Problem({
  code: 'encrypted_archive',
  status: 422,
  title: 'Archive encrypted as a whole',
  meaning:
    'Even the list of entries is encrypted, so there is nothing to tell about the archive. Archives of which only the contents are encrypted are listed. Pack it without a password.',
})
export class EncryptedArchive extends DomainError {
  constructor(options?: ErrorOptions) {
    super('The archive uses strong encryption, which hides its entries.', options);
  }
}
