import { DomainError, Problem } from '../platform/errors/domain-error';

@Problem({
  code: 'invalid_text',
  status: 422,
  title: 'Not valid text',
  meaning:
    'The file holds bytes that are no text in its encoding; `encoding` says what it was read as and `byte_offset` where the first ill-formed sequence starts. Save the file as UTF-8, or as UTF-16 with a byte-order mark, and upload it again.',
})
export class InvalidText extends DomainError {
  /**
   * @param byteOffset - Of the first byte of the first ill-formed sequence, from the start of the file; a
   *   byte-order mark counts.
   */
  constructor(encoding: string, byteOffset: number) {
    super(
      `The file is not valid ${encoding.toUpperCase()}: the bytes at offset ${byteOffset} are ill-formed.`,
      {
        extensions: { encoding, byte_offset: byteOffset },
      },
    );
  }
}

@Problem({
  code: 'unsupported_encoding',
  status: 422,
  title: 'Text encoding not supported',
  meaning:
    'The file starts with the byte-order mark of an encoding that is not read. Save it as UTF-8, or as UTF-16 with a byte-order mark, and upload it again.',
})
export class UnsupportedEncoding extends DomainError {
  constructor(encoding: 'utf-32le' | 'utf-32be') {
    super(
      `The file starts with the byte-order mark of ${encoding.toUpperCase()}, which is not read: save it as UTF-8.`,
      {
        extensions: { encoding },
      },
    );
  }
}
