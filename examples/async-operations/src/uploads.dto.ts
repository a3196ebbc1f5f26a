import { ApiProperty } from '@nestjs/swagger';
import type { AcceptedUpload, Job, ReceivedUpload } from 'filemill/plugin-api';

/** What the tutorials answer with once a file is saved. */
export class SavedFileDto {
  @ApiProperty({ example: 'notes.txt' })
  filename!: string;

  @ApiProperty({ description: 'By the content, not by what the client says.', example: 'text/plain' })
  content_type!: string;

  @ApiProperty({ type: 'integer', example: 17 })
  size_bytes!: number;

  @ApiProperty({
    description: 'Path of the file in this API.',
    example: '/files/019a9c1e-7b41-7000-9d3c-2f60c1a7e4b5',
  })
  saved_to!: string;

  @ApiProperty({ description: 'Milliseconds until it was durable.', type: 'integer', example: 4 })
  upload_time_ms!: number;
}

export class DescribedFileDto extends SavedFileDto {
  @ApiProperty({ type: 'string', nullable: true, example: 'Minutes of the meeting' })
  description!: string | null;

  @ApiProperty({ example: ['2026', 'draft'] })
  tags!: string[];

  @ApiProperty({ type: 'string', nullable: true, example: 'minutes' })
  category!: string | null;

  @ApiProperty({ format: 'date-time', example: '2026-11-22T09:30:00.000Z' })
  uploaded_at!: string;
}

export class ProcessedFileDto extends SavedFileDto {
  @ApiProperty({ format: 'uuid', example: '019a9c1e-7b41-7000-9d3c-2f60c1a7e4b5' })
  job_id!: string;

  @ApiProperty({
    description: 'How far the job is, in words; `GET /jobs/{job_id}` has the rest.',
    example: 'processing in background',
  })
  status!: string;
}

export function toSavedFile({ file }: AcceptedUpload, { uploadTimeMs }: ReceivedUpload): SavedFileDto {
  return {
    filename: file.filename,
    content_type: file.contentType,
    size_bytes: file.sizeBytes,
    saved_to: `/files/${file.fileId}`,
    upload_time_ms: uploadTimeMs,
  };
}

export function toDescribedFile(accepted: AcceptedUpload, upload: ReceivedUpload): DescribedFileDto {
  const { description, tags, category, uploadedAt } = accepted.file;
  return {
    ...toSavedFile(accepted, upload),
    description,
    tags: [...tags],
    category,
    uploaded_at: new Date(uploadedAt).toISOString(),
  };
}

export function toProcessedFile(accepted: AcceptedUpload, upload: ReceivedUpload): ProcessedFileDto {
  const { job } = accepted;
  return { ...toSavedFile(accepted, upload), job_id: job.jobId, status: statusOf(job) };
}

function statusOf({ status }: Job): string {
  return status === 'pending' || status === 'processing' ? 'processing in background' : status;
}
