import { ApiProperty } from '@nestjs/swagger';
import { TEXT_ENCODINGS, type TextEncoding } from '../../../plugin-api/text-encoding';

/** Result of the `text` processor. Field names are the wire's. */
export class TextResult {
  @ApiProperty({ description: 'The processor that made the result.', enum: ['text'], example: 'text' })
  processor!: 'text';

  @ApiProperty({
    description: 'Line feeds (U+000A), plus one when the last line has none. An empty file has 0.',
    type: 'integer',
    minimum: 0,
    example: 42,
  })
  line_count!: number;

  @ApiProperty({
    description: "Runs of characters that are not Unicode white space, as Python's `str.split()` takes it.",
    type: 'integer',
    minimum: 0,
    example: 311,
  })
  word_count!: number;

  @ApiProperty({
    description: "Unicode code points, as Python's `len()` gives; a leading byte-order mark is not counted.",
    type: 'integer',
    minimum: 0,
    example: 1875,
  })
  char_count!: number;

  @ApiProperty({
    description: 'By the byte-order mark; UTF-8 without one.',
    enum: TEXT_ENCODINGS,
    example: 'utf-8',
  })
  encoding!: TextEncoding;

  @ApiProperty({ description: 'Whether the file starts with a byte-order mark.', example: false })
  byte_order_mark!: boolean;

  /** Set by whoever runs the processor, since only the caller sees the whole run. */
  @ApiProperty({
    description: 'Seconds that the processing took.',
    type: 'number',
    minimum: 0,
    example: 0.012,
  })
  processing_time!: number;
}
