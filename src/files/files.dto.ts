import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { PageQuery } from '../platform/http/page.dto';
import type { StoredFile } from './files.repository';

/** Which files are listed. */
export class ListFilesQuery extends PageQuery {
  /** Only files of this category. */
  @IsOptional()
  @IsString()
  @MaxLength(100)
  category?: string;

  /** Only files with this tag. */
  @IsOptional()
  @IsString()
  @MaxLength(100)
  tag?: string;

  /** Only files whose name contains this, whatever its case. */
  @IsOptional()
  @IsString()
  @MaxLength(255)
  filename?: string;
}

@ApiSchema({ name: 'StoredFile', description: 'A stored original.' })
export class FileDto {
  /** @example 019a9c1e-7b3d-7c52-8a41-5d8f3c9b2e10 */
  @ApiProperty({ format: 'uuid' })
  file_id!: string;

  /** @example report.txt */
  @ApiProperty()
  filename!: string;

  /**
   * By the extension, once the content agrees with it.
   * @example text/plain
   */
  @ApiProperty()
  content_type!: string;

  /** @example 1024 */
  @ApiProperty({ type: 'integer', minimum: 0 })
  size_bytes!: number;

  /**
   * SHA-256 of the bytes, lower-case hex.
   * @example b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9
   */
  @ApiProperty({ pattern: '^[0-9a-f]{64}$' })
  sha256!: string;

  /**
   * What the uploader said about it.
   * @example 'Minutes of the meeting'
   */
  @ApiProperty()
  description!: string | null;

  /** @example minutes */
  @ApiProperty()
  category!: string | null;

  /** @example ["2026", "draft"] */
  @ApiProperty()
  tags!: string[];

  /** @example 2026-11-22T09:30:00.000Z */
  @ApiProperty({ format: 'date-time' })
  uploaded_at!: string;

  /**
   * When the file is deleted, with its jobs; null for never.
   * @example 2026-12-22T09:30:00.000Z
   */
  @ApiProperty({ format: 'date-time' })
  expires_at!: string | null;
}

export function toFileDto(file: StoredFile): FileDto {
  return {
    file_id: file.fileId,
    filename: file.filename,
    content_type: file.contentType,
    size_bytes: file.sizeBytes,
    sha256: file.sha256,
    description: file.description,
    category: file.category,
    tags: [...file.tags],
    uploaded_at: new Date(file.uploadedAt).toISOString(),
    expires_at: file.expiresAt === null ? null : new Date(file.expiresAt).toISOString(),
  };
}
