import { DomainError, Problem } from '../../../platform/errors/domain-error';

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
