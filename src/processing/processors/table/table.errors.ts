import { DomainError, Problem } from '../../../platform/errors/domain-error';
import type { TableEncoding } from './table-encoding';

@Problem({
  code: 'cell_too_large',
  status: 422,
  title: 'Table cell too large',
  meaning:
    'A cell is larger than `limit_bytes`; `line` and `column` say where it starts. Mostly a quote was opened there and never closed, or the file is no table. Correct the file and upload it again.',
})
export class CellTooLarge extends DomainError {
  constructor(limitBytes: number, line: number, column: number, isQuoted: boolean) {
    const hint = isQuoted ? ' Its quote may lack the closing one.' : '';
    super(`Cell ${column} of the row on line ${line} is larger than ${limitBytes} bytes.${hint}`, {
      extensions: { limit_bytes: limitBytes, line, column },
    });
  }
}

@Problem({
  code: 'too_many_columns',
  status: 422,
  title: 'Too many columns',
  meaning:
    'The first row, on `line`, has more than `limit` cells. Mostly the line ends are missing or the file is transposed. Split or transpose it and upload it again.',
})
export class TooManyColumns extends DomainError {
  constructor(limit: number, line: number) {
    super(`The first row, on line ${line}, has more than ${limit} columns.`, {
      extensions: { limit, line },
    });
  }
}

@Problem({
  code: 'invalid_table_text',
  status: 422,
  title: 'Table is not valid text',
  meaning:
    'The file holds bytes that are no text in its encoding; `encoding` says what it was read as and `byte_offset` where the first ill-formed sequence starts. Save the table as UTF-8, or as UTF-16 with a byte-order mark, and upload it again.',
})
export class InvalidTableText extends DomainError {
  /** @param byteOffset - From the start of the file; a byte-order mark counts. */
  constructor(encoding: TableEncoding, byteOffset: number) {
    super(
      `The table is not valid ${encoding.toUpperCase()}: the bytes at offset ${byteOffset} are ill-formed.`,
      { extensions: { encoding, byte_offset: byteOffset } },
    );
  }
}

@Problem({
  code: 'unsupported_table_encoding',
  status: 422,
  title: 'Table encoding not supported',
  meaning:
    'The file starts with the byte-order mark of an encoding that is not read. Save it as UTF-8, or as UTF-16 with a byte-order mark, and upload it again.',
})
export class UnsupportedTableEncoding extends DomainError {
  constructor(encoding: 'utf-32le' | 'utf-32be') {
    super(`The table starts with the byte-order mark of ${encoding.toUpperCase()}: save it as UTF-8.`, {
      extensions: { encoding },
    });
  }
}
