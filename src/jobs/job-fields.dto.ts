import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { PRIORITIES, type Priority } from '../platform/tasks/task-queue';
import { NotifyFields } from './notify.dto';

/** How a priority is documented wherever one is given or taken. */
export const PRIORITY = {
  enum: PRIORITIES,
  enumName: 'Priority',
  enumSchema: {
    description: 'Which of the jobs of one owner go first. It never puts a job before those of other owners.',
  },
};

/** What is said of a `processor` that is no name of one. */
export const PROCESSOR_NAME_MESSAGE = 'processor must be the name of a processor, such as text';

/** What may be said about a job at every door. */
export class JobFields extends NotifyFields {
  /** Before or after the other jobs of its owner that wait; `normal` when left out. */
  @IsOptional()
  @IsIn(PRIORITIES)
  @ApiPropertyOptional(PRIORITY)
  priority?: Priority;
}
