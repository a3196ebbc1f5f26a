import { ApiProperty } from '@nestjs/swagger';
import { ARCHIVE_FORMATS, ENTRY_TYPES, type ArchiveFormat, type EntryType } from './archive-format';

/** One entry of an archive, as it was found. */
export class ArchiveEntry {
  @ApiProperty({
    description:
      'As the archive states it, for display only: control and invisible characters are replaced by U+FFFD, and it is cut to 255 characters.',
    example: 'photos/cat.jpg',
  })
  path!: string;

  @ApiProperty({
    description: '`link` is a hard link of a tar; `other` a device, a pipe and the like.',
    enum: ENTRY_TYPES,
    example: 'file',
  })
  type!: EntryType;

  @ApiProperty({
    description: 'Bytes that the entry unpacks to, counted; as stated where the entry could not be read.',
    type: 'integer',
    minimum: 0,
    example: 48213,
  })
  size_bytes!: number;

  @ApiProperty({ description: 'Whether it counts in `unsafe_paths`.', example: false })
  unsafe!: boolean;
}

/** Result of the `archive` processor. Field names are the wire's. */
export class ArchiveResult {
  @ApiProperty({ description: 'The processor that made the result.', enum: ['archive'], example: 'archive' })
  processor!: 'archive';

  @ApiProperty({
    description: 'What the content is; `gz` is a single compressed file.',
    enum: ARCHIVE_FORMATS,
    example: 'zip',
  })
  format!: ArchiveFormat;

  @ApiProperty({
    description: 'Of every type. An archive within the archive is one entry, and is not opened.',
    type: 'integer',
    minimum: 0,
    example: 12,
  })
  entries!: number;

  @ApiProperty({ type: 'integer', minimum: 0, example: 9 })
  files!: number;

  @ApiProperty({ type: 'integer', minimum: 0, example: 2 })
  directories!: number;

  @ApiProperty({ description: 'Symbolic and hard links.', type: 'integer', minimum: 0, example: 1 })
  links!: number;

  @ApiProperty({
    description: 'What the entries unpack to: counted byte by byte, not taken from the headers.',
    type: 'integer',
    minimum: 0,
    example: 1048576,
  })
  uncompressed_bytes!: number;

  @ApiProperty({
    description: 'Size of the archive itself, its headers included.',
    type: 'integer',
    minimum: 0,
    example: 262144,
  })
  compressed_bytes!: number;

  @ApiProperty({
    description: '`uncompressed_bytes` divided by `compressed_bytes`, to three decimals.',
    type: 'number',
    minimum: 0,
    example: 4,
  })
  compression_ratio!: number;

  @ApiProperty({
    description: 'The entry that unpacks to most bytes; null when none has any.',
    type: () => ArchiveEntry,
    nullable: true,
  })
  largest_entry!: ArchiveEntry | null;

  @ApiProperty({ description: 'The first 100 entries, in the order of the archive.', type: [ArchiveEntry] })
  listing!: ArchiveEntry[];

  @ApiProperty({
    description:
      'Entries that a careless program would write outside of its folder: an absolute path, a drive letter, a `..`, a NUL, or a link that leads out.',
    type: 'integer',
    minimum: 0,
    example: 0,
  })
  unsafe_paths!: number;

  @ApiProperty({
    description: 'Entries whose path was there before; `./a`, `a//` and `a` are the same path.',
    type: 'integer',
    minimum: 0,
    example: 0,
  })
  duplicate_paths!: number;

  @ApiProperty({ description: 'Whether any entry needs a password.', example: false })
  encrypted!: boolean;

  @ApiProperty({
    description:
      'Entries that were not read, since they are encrypted or compressed by a method other than deflate; `uncompressed_bytes` lacks them.',
    type: 'integer',
    minimum: 0,
    example: 0,
  })
  unread_entries!: number;

  /** Set by whoever runs the processor, since only the caller sees the whole run. */
  @ApiProperty({
    description: 'Seconds that the processing took.',
    type: 'number',
    minimum: 0,
    example: 0.034,
  })
  processing_time!: number;
}
