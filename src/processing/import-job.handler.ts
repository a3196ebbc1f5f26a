import { Injectable } from '@nestjs/common';
import { IMPORT_JOB } from '../jobs/jobs.tasks';
import { ProcessJobHandler } from './process-job.handler';

/** Files that are fetched at the same time. */
const CONCURRENCY = 16;

/** The same for jobs whose files have to be fetched first, in a lane of their own: slow servers hold up no others. */
@Injectable()
export class ImportJobHandler extends ProcessJobHandler {
  override readonly kind = IMPORT_JOB;
  override readonly concurrency = CONCURRENCY;
}
