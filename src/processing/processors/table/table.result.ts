import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { COLUMN_TYPES, type ColumnType } from './column';
import { DELIMITERS, type Delimiter } from './dialect';
import { TEXT_ENCODINGS, type TextEncoding } from '../../../plugin-api/text-encoding';

const count = (description: string, example: number) =>
  ({ description, type: 'integer', minimum: 0, example }) as const;

const numberOrDate = (description: string, example: number): ApiPropertyOptions => ({
  description,
  oneOf: [{ type: 'number' }, { type: 'string' }],
  nullable: true,
  example,
});

/** Quartiles of a numeric column, interpolated between the two nearest values. */
export class TableQuantiles {
  @ApiProperty({ description: 'Lower quartile.', type: 'number', example: 2.5 })
  p25!: number;

  @ApiProperty({ description: 'Median.', type: 'number', example: 4 })
  p50!: number;

  @ApiProperty({ description: 'Upper quartile.', type: 'number', example: 7.25 })
  p75!: number;

  @ApiProperty({
    description:
      'False when there were more than 8,192 numbers (fewer in tables of more than 64 columns): then of a random sample of so many.',
    example: true,
  })
  exact!: boolean;
}

/** How many cells hold what; with `nulls` they add up to the rows. */
export class TableKinds {
  @ApiProperty(count('Integers.', 998))
  integer!: number;

  @ApiProperty(count('Numbers with a fraction or an exponent.', 0))
  number!: number;

  @ApiProperty(count('`true`, `false`, `yes`, `no`, in any case.', 0))
  boolean!: number;

  @ApiProperty(count('ISO 8601 dates, with or without a time.', 0))
  date!: number;

  @ApiProperty(count('Anything else.', 0))
  text!: number;
}

/** A column of a table. */
export class TableColumn {
  @ApiProperty({
    description: 'From the header, cut to 200 characters; `column_1`, `column_2`, … where there is none.',
    example: 'price',
  })
  name!: string;

  @ApiProperty({
    description:
      'What all cells are that are not null; `number` where integers and numbers mix, `text` for any other mixture.',
    enum: COLUMN_TYPES,
    example: 'integer',
  })
  type!: ColumnType;

  @ApiProperty(
    count('Cells that are missing, blank, or (but in text) a word for null such as `NULL` or `NA`.', 2),
  )
  nulls!: number;

  @ApiProperty(count('Different contents of the cells that are not null.', 640))
  distinct!: number;

  @ApiProperty({
    description:
      'False when there were more than 8,192 (fewer in tables of more than 64 columns): then `distinct` is an estimate with a relative standard error of at most 1.6 % (more where the bound is less).',
    example: true,
  })
  distinct_exact!: boolean;

  @ApiProperty(numberOrDate('Smallest number, or earliest date as its cell has it.', 1))
  min!: number | string | null;

  @ApiProperty(numberOrDate('Largest number, or latest date as its cell has it.', 120))
  max!: number | string | null;

  @ApiProperty({ description: 'Of a numeric column.', type: 'number', nullable: true, example: 17.5 })
  mean!: number | null;

  @ApiProperty({ description: 'Of a numeric column.', type: TableQuantiles, nullable: true })
  quantiles!: TableQuantiles | null;

  @ApiProperty({ description: 'What the cells hold, one by one.', type: TableKinds })
  kinds!: TableKinds;
}

/** Something that is wrong in places. */
export class TableFaults {
  @ApiProperty(count('How often.', 1))
  count!: number;

  @ApiProperty({
    description: 'Where: the first 20 lines, from 1.',
    type: [Number],
    example: [17],
  })
  lines!: number[];
}

/** Result of the `table` processor. Field names are the wire's. */
export class TableResult {
  @ApiProperty({ description: 'Tells results apart.', enum: ['table'], example: 'table' })
  processor!: 'table';

  @ApiProperty({ description: 'Detected; `,` for a single column.', enum: DELIMITERS, example: ',' })
  delimiter!: Delimiter;

  @ApiProperty({ description: 'Whether the first row was taken for names of columns.', example: true })
  has_header!: boolean;

  @ApiProperty(count('Rows of data: without the header and blank lines.', 1000))
  row_count!: number;

  @ApiProperty(count('Cells of the first row.', 8))
  column_count!: number;

  @ApiProperty({ description: 'In the order of the file.', type: [TableColumn] })
  columns!: TableColumn[];

  @ApiProperty({
    description:
      'The first 10 rows of data, at most 100 cells of each, cut to 200 characters. Cells are as the file has them: one that begins with `=` is a formula to a spreadsheet.',
    type: 'array',
    items: { type: 'array', items: { type: 'string' } },
    example: [['1', 'Ann']],
  })
  preview!: string[][];

  @ApiProperty({
    description:
      'Rows with fewer or more cells than the first; missing cells are null, surplus ones left out.',
    type: TableFaults,
  })
  ragged_rows!: TableFaults;

  @ApiProperty({
    description:
      'Cells with a quote that is not as RFC 4180 has it: within a cell without quotes, before further text, or never closed.',
    type: TableFaults,
  })
  bad_quotes!: TableFaults;

  @ApiProperty(count('Lines without anything, which are no rows.', 0))
  blank_lines!: number;

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
