import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsOptional } from 'class-validator';
import { DIGESTS, type Digest } from './digests/digest';

@ApiSchema({ name: 'NotificationSettings', description: 'What a user wants to be told.' })
export class NotificationSettingsDto {
  /**
   * A mail to the address of the account for each job that has ended.
   * @example true
   */
  @ApiProperty()
  job_finished_email!: boolean;

  /**
   * A report of the jobs of each day, week (from Monday) or month, by UTC, mailed when it is over; none without a job.
   * @example weekly
   */
  @ApiProperty({ enum: DIGESTS })
  digest!: Digest;
}

@ApiSchema({ name: 'UpdateNotificationSettings', description: 'What a user wants to be told from now on.' })
export class UpdateNotificationSettingsDto {
  /**
   * A mail to the address of the account for each job that has ended.
   * @example true
   */
  @IsBoolean()
  @ApiProperty()
  job_finished_email!: boolean;

  /**
   * A report of the jobs of each day, week or month; as it is when left out.
   * @example weekly
   */
  @IsOptional()
  @IsIn(DIGESTS)
  @ApiPropertyOptional({ enum: DIGESTS })
  digest?: Digest;
}
