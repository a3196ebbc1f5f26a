import { DomainError, Problem } from '../../../platform/errors/domain-error';

/** Where something is in a file. */
export interface JsonPosition {
  /** From the start of the file; a byte-order mark counts. */
  readonly byteOffset: number;
  /** From 1. */
  readonly line: number;
  /** In code points, from 1. */
  readonly column: number;
}

@Problem({
  code: 'json_too_deep',
  status: 422,
  title: 'JSON nested too deep',
  meaning:
    'Arrays and objects are nested deeper than `limit` levels; `byte_offset`, `line` and `column` say where the first one too many opens. Flatten the document and upload it again.',
})
export class JsonTooDeep extends DomainError {
  constructor(limit: number, { byteOffset, line, column }: JsonPosition) {
    super(`The JSON is nested deeper than ${limit} levels, at line ${line}, column ${column}.`, {
      extensions: { limit, byte_offset: byteOffset, line, column },
    });
  }
}
