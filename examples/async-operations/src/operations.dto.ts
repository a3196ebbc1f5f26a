import { ApiProperty } from '@nestjs/swagger';
import { IsEmail, IsNotEmpty, IsString, MaxLength } from 'class-validator';
import type { Operation } from './operations.repository';

export class ActivityParams {
  @IsEmail()
  @MaxLength(254)
  @ApiProperty({ format: 'email', example: 'ada@example.org' })
  user_email!: string;
}

export class ActivityQuery {
  @IsString()
  @IsNotEmpty()
  @MaxLength(500)
  @ApiProperty({ maxLength: 500, required: false, default: 'User activity', example: 'Looked at the report' })
  activity_description: string = 'User activity';
}

export class IntelReportDto {
  @IsEmail()
  @MaxLength(254)
  @ApiProperty({ format: 'email', example: 'ada@example.org' })
  recipient_email!: string;

  @IsString()
  @IsNotEmpty()
  @MaxLength(200)
  @ApiProperty({ maxLength: 200, example: 'Uploads of this week' })
  report_name!: string;
}

export class ConfirmationDto {
  @ApiProperty({ example: 'It is being done in the background; GET /tasks/log shows it.' })
  message!: string;
}

export class OperationDto {
  @ApiProperty({ format: 'uuid', example: '019a9c1e-7b41-7000-9d3c-2f60c1a7e4b5' })
  task_id!: string;

  @ApiProperty({ example: 'ada@example.org: Looked at the report' })
  description!: string;

  @ApiProperty({ format: 'date-time', example: '2026-11-22T09:30:00.000Z' })
  finished_at!: string;
}

export class TaskLogDto {
  @ApiProperty({ description: 'How many were done.', type: 'integer', example: 1 })
  total_tasks!: number;

  @ApiProperty({ type: [OperationDto], description: 'The last 20, the newest first.' })
  tasks!: OperationDto[];
}

export function toOperation({ operationId, description, finishedAt }: Operation): OperationDto {
  return { task_id: operationId, description, finished_at: new Date(finishedAt).toISOString() };
}
