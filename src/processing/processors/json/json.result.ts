import { ApiProperty } from '@nestjs/swagger';
import { JSON_TYPES, type JsonType } from './json-tally';

const count = (description: string, example: number) =>
  ({ description, type: 'integer', minimum: 0, example }) as const;

/** The first error of a file that is not valid. */
export class JsonError {
  @ApiProperty({
    description: 'What was expected, and what was found.',
    example: "Expected ',' or '}', but found ']'.",
  })
  message!: string;

  @ApiProperty(
    count(
      'Of the first byte with which no valid JSON goes on, from the start of the file; a byte-order mark counts.',
      18,
    ),
  )
  byte_offset!: number;

  @ApiProperty(count('From 1; lines end with a line feed.', 2))
  line!: number;

  @ApiProperty(count('In Unicode code points, from 1.', 7))
  column!: number;
}

/** How many values there are of each kind; keys are not values. */
export class JsonKinds implements Record<JsonType, number> {
  @ApiProperty(count('Objects.', 2))
  object!: number;

  @ApiProperty(count('Arrays.', 1))
  array!: number;

  @ApiProperty(count('Strings.', 4))
  string!: number;

  @ApiProperty(count('Numbers.', 3))
  number!: number;

  @ApiProperty(count('`true` and `false`.', 0))
  boolean!: number;

  @ApiProperty(count('`null`.', 1))
  null!: number;
}

/** The value that a JSON file is. */
export class JsonTopLevel {
  @ApiProperty({ description: 'Its kind.', enum: JSON_TYPES, example: 'object' })
  type!: JsonType;

  @ApiProperty({
    ...count('Members of an object (a repeated key counts again), items of an array.', 3),
    nullable: true,
  })
  length!: number | null;

  @ApiProperty({
    description:
      'Of an object: its keys in the order of the file, each once, the first 100, cut to 200 characters.',
    type: [String],
    nullable: true,
    example: ['type', 'features'],
  })
  keys!: string[] | null;
}

/** A key of the records of an NDJSON file. */
export class JsonRecordKey {
  @ApiProperty({ description: 'Cut to 200 characters.', example: 'id' })
  name!: string;

  @ApiProperty(count('How often it occurs at the top of a record.', 1000))
  count!: number;
}

/** The records of an NDJSON file. */
export class JsonRecords {
  @ApiProperty(count('Lines that hold a value; blank lines hold none.', 1000))
  count!: number;

  @ApiProperty({
    description:
      'Top-level keys of all records that are objects, as they first occurred; the first 100 different ones.',
    type: [JsonRecordKey],
  })
  keys!: JsonRecordKey[];

  @ApiProperty({ description: 'Whether there are more than the keys listed.', example: false })
  more_keys!: boolean;
}

/** Result of the `json` processor. Field names are the wire's. What is said of the content is null when invalid. */
export class JsonResult {
  @ApiProperty({ description: 'Tells results apart.', enum: ['json'], example: 'json' })
  processor!: 'json';

  @ApiProperty({ description: 'Whether the file is JSON by RFC 8259, a value a line in NDJSON.' })
  valid!: boolean;

  @ApiProperty({ description: 'Null when valid.', type: JsonError, nullable: true })
  error!: JsonError | null;

  @ApiProperty({
    description: 'What the file was read as: `ndjson` for `.ndjson` and `.jsonl`.',
    enum: ['json', 'ndjson'],
    example: 'json',
  })
  format!: 'json' | 'ndjson';

  @ApiProperty(count('Size of the file.', 512))
  size_bytes!: number;

  @ApiProperty({ description: 'Whether the file starts with the mark of UTF-8.', example: false })
  byte_order_mark!: boolean;

  @ApiProperty({
    ...count('Deepest nesting of arrays and objects: 0 for a lone number, 1 for `[]`.', 3),
    nullable: true,
  })
  depth!: number | null;

  @ApiProperty({ description: 'Of all values at every level.', type: JsonKinds, nullable: true })
  kinds!: JsonKinds | null;

  @ApiProperty({ ...count('Keys of all objects; a repeated key counts again.', 12), nullable: true })
  key_count!: number | null;

  @ApiProperty({ description: 'Null for NDJSON.', type: JsonTopLevel, nullable: true })
  top_level!: JsonTopLevel | null;

  @ApiProperty({ description: 'Null unless NDJSON.', type: JsonRecords, nullable: true })
  records!: JsonRecords | null;

  /** Set by whoever runs the processor, since only the caller sees the whole run. */
  @ApiProperty({
    description: 'Seconds that the processing took.',
    type: 'number',
    minimum: 0,
    example: 0.012,
  })
  processing_time!: number;
}
