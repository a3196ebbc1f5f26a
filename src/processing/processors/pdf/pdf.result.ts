import { ApiProperty } from '@nestjs/swagger';

/** Result of the `pdf` processor. Field names are the wire's. */
export class PdfResult {
  @ApiProperty({ description: 'Which processor made this.', enum: ['pdf'], example: 'pdf' })
  processor!: 'pdf';

  @ApiProperty({ description: 'Pages.', type: 'integer', minimum: 0, maximum: 5000, example: 3 })
  page_count!: number;

  @ApiProperty({
    description: 'Version of the format that the file states; null when it states none.',
    type: 'string',
    nullable: true,
    example: '1.7',
  })
  pdf_version!: string | null;

  @ApiProperty({
    description:
      'Whether the file is encrypted. It was readable all the same: no password is needed to open it.',
    example: false,
  })
  encrypted!: boolean;

  @ApiProperty({
    description:
      'Whether the cross-reference table was broken and had to be rebuilt: parts of the document may be missing.',
    example: false,
  })
  repaired!: boolean;

  @ApiProperty({
    description: 'Whether any page has text. A scan that was not put through OCR has none.',
    example: true,
  })
  has_text_layer!: boolean;

  @ApiProperty({
    description: 'Lines of `text.txt`: line feeds, plus one when the last line has none.',
    type: 'integer',
    minimum: 0,
    example: 42,
  })
  line_count!: number;

  @ApiProperty({
    description: 'Words of `text.txt`: runs of characters that are not Unicode white space.',
    type: 'integer',
    minimum: 0,
    example: 311,
  })
  word_count!: number;

  @ApiProperty({
    description: 'Unicode code points of `text.txt`, the form feeds between the pages included.',
    type: 'integer',
    minimum: 0,
    example: 1875,
  })
  char_count!: number;

  @ApiProperty({
    description: 'Words of each page, in order.',
    type: 'array',
    items: { type: 'integer', minimum: 0 },
    example: [151, 160, 0],
  })
  words_per_page!: number[];

  @ApiProperty({ description: 'Title that the file states.', type: 'string', nullable: true })
  title!: string | null;

  @ApiProperty({ description: 'Author that the file states.', type: 'string', nullable: true })
  author!: string | null;

  @ApiProperty({ description: 'Subject that the file states.', type: 'string', nullable: true })
  subject!: string | null;

  @ApiProperty({
    description: 'Program in which the document was written, as the file states.',
    type: 'string',
    nullable: true,
    example: 'Writer',
  })
  creator!: string | null;

  @ApiProperty({
    description: 'Program that made the PDF, as the file states.',
    type: 'string',
    nullable: true,
    example: 'LibreOffice 7.4',
  })
  producer!: string | null;

  @ApiProperty({
    description: 'When the document was made, as the file states; read as UTC where it names no zone.',
    type: 'string',
    format: 'date-time',
    nullable: true,
    example: '2024-03-01T10:00:00.000Z',
  })
  created_at!: string | null;

  @ApiProperty({
    description:
      'When the document was last changed, as the file states; read as UTC where it names no zone.',
    type: 'string',
    format: 'date-time',
    nullable: true,
    example: '2024-03-01T10:00:00.000Z',
  })
  modified_at!: string | null;

  /** Set by whoever runs the processor, since only the caller sees the whole run. */
  @ApiProperty({
    description: 'Seconds that the processing took.',
    type: 'number',
    minimum: 0,
    example: 0.12,
  })
  processing_time!: number;
}
