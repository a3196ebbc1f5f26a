/** What a text has been found to hold so far. */
export class JsonTally {
  objects = 0;
  arrays = 0;
  strings = 0;
  numbers = 0;
  booleans = 0;
  nulls = 0;
  /** Keys of all objects. */
  keyCount = 0;
  /** Levels of arrays and objects. */
  depth = 0;
  records = 0;
  /** First byte of the top-level value. */
  topType = 0;
  /** Items or members of the top-level value. */
  topLength = 0;

  get kinds() {
    return {
      object: this.objects,
      array: this.arrays,
      string: this.strings,
      number: this.numbers,
      boolean: this.booleans,
      null: this.nulls,
    };
  }
}

export const JSON_TYPES = ['object', 'array', 'string', 'number', 'boolean', 'null'] as const;

export type JsonType = (typeof JSON_TYPES)[number];

/** By the first byte of a value. */
export function typeOf(byte: number): JsonType {
  switch (String.fromCharCode(byte)) {
    case '{':
      return 'object';
    case '[':
      return 'array';
    case '"':
      return 'string';
    case 't':
    case 'f':
      return 'boolean';
    case 'n':
      return 'null';
    default:
      return 'number';
  }
}
