import { DomainError, Problem } from '../platform/errors/domain-error';
import type { ProblemDocument } from '../platform/http/problem';

@Problem({
  code: 'processing_timeout',
  status: 422,
  title: 'Processing took too long',
  meaning:
    'The job ran into `JOB_TIMEOUT_SECONDS` and was ended. Raise the limit, or hand in a smaller file.',
})
export class ProcessingTimeout extends DomainError {
  constructor(seconds: number) {
    super(`Processing was ended after ${seconds} seconds.`);
  }
}

@Problem({
  code: 'processing_out_of_memory',
  status: 422,
  title: 'Processing needed too much memory',
  meaning: 'The job ran into `JOB_MEMORY_MB` and was ended. Raise the limit, or hand in a smaller file.',
})
export class ProcessingOutOfMemory extends DomainError {
  constructor(megabytes: number) {
    super(`Processing was ended because it needed more than ${megabytes} MiB of memory.`);
  }
}

@Problem({
  code: 'processing_failed',
  status: 500,
  title: 'Processing failed',
  meaning:
    'Every try ended with an unexpected fault, which the log of the service has under the id of the job. A retry may help once the cause is mended.',
})
export class ProcessingFailed extends DomainError {
  constructor(attempts: number) {
    super(`Processing failed ${attempts} time(s) and was given up.`, { extensions: { attempts } });
  }
}

/** The processor judged the content, in a thread of its own: `problem` says what is wrong with it. */
export class ContentRejected extends Error {
  constructor(readonly problem: ProblemDocument) {
    super(problem.detail);
    this.name = 'ContentRejected';
  }
}
