import { ApiProperty } from '@nestjs/swagger';

/** Result of the `word` processor. Field names are the wire's. */
export class WordResult {
  @ApiProperty({ description: 'Which processor made this.', enum: ['word'], example: 'word' })
  processor!: 'word';

  @ApiProperty({
    description: 'What the content is: Office Open XML, or the binary format of Word 97 to 2003.',
    enum: ['docx', 'doc'],
    example: 'docx',
  })
  format!: 'docx' | 'doc';

  @ApiProperty({ description: 'Title that the file states.', type: 'string', nullable: true })
  title!: string | null;

  @ApiProperty({ description: 'Author that the file states.', type: 'string', nullable: true })
  author!: string | null;

  @ApiProperty({
    description: 'When the document was made, as the file states.',
    type: 'string',
    format: 'date-time',
    nullable: true,
    example: '2024-03-01T10:00:00.000Z',
  })
  created_at!: string | null;

  @ApiProperty({
    description: 'When the document was last saved, as the file states.',
    type: 'string',
    format: 'date-time',
    nullable: true,
    example: '2024-03-01T10:00:00.000Z',
  })
  modified_at!: string | null;

  @ApiProperty({
    description: 'Pages, as the program that saved the file counted them; null when it did not say.',
    type: 'integer',
    minimum: 0,
    nullable: true,
    example: 3,
  })
  page_count!: number | null;

  @ApiProperty({
    description: 'Paragraphs that are not empty: of the body, its tables and text boxes, and the notes.',
    type: 'integer',
    minimum: 0,
    example: 12,
  })
  paragraph_count!: number;

  @ApiProperty({
    description: 'Tables that are not inside another.',
    type: 'integer',
    minimum: 0,
    example: 1,
  })
  table_count!: number;

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
    description: 'Unicode code points of `text.txt`.',
    type: 'integer',
    minimum: 0,
    example: 1875,
  })
  char_count!: number;

  /** Set by whoever runs the processor, since only the caller sees the whole run. */
  @ApiProperty({
    description: 'Seconds that the processing took.',
    type: 'number',
    minimum: 0,
    example: 0.05,
  })
  processing_time!: number;
}
