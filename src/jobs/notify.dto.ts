import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsEmail, IsOptional, IsString, MaxLength } from 'class-validator';

/** Who is to be told when a job ends: fields of every door. */
export class NotifyFields {
  /** Address that gets a mail when the job has ended. */
  @IsOptional()
  @IsEmail()
  @MaxLength(254)
  @ApiPropertyOptional({ format: 'email' })
  notify_email?: string;

  /** URL to which the job is posted when it has ended, signed: http or https, on the public internet. */
  @IsOptional()
  @IsString()
  @MaxLength(2048)
  callback_url?: string;
}
