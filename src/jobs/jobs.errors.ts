import { DomainError, Problem } from '../platform/errors/domain-error';
import type { Job } from './job';

@Problem({
  code: 'job_not_found',
  status: 404,
  title: 'There is no such job',
  meaning: 'No job of yours has this id. The same answer is given for a job of somebody else.',
})
export class JobNotFound extends DomainError {
  constructor(jobId: string) {
    super('There is no such job.', { extensions: { job_id: jobId } });
  }
}

@Problem({
  code: 'job_settled',
  status: 409,
  title: 'The job has already ended',
  meaning: 'The job is completed, failed or cancelled, so there is nothing to cancel.',
})
export class JobSettled extends DomainError {
  constructor({ jobId, status }: Job) {
    super(`The job is ${status} already.`, { extensions: { job_id: jobId, job_status: status } });
  }
}

@Problem({
  code: 'job_not_retryable',
  status: 409,
  title: 'The job cannot be retried',
  meaning: 'Only a failed or cancelled job can be retried; this one waits, runs, or is completed.',
})
export class JobNotRetryable extends DomainError {
  constructor({ jobId, status }: Job) {
    super(`The job is ${status}; only a failed or cancelled one can be retried.`, {
      extensions: { job_id: jobId, job_status: status },
    });
  }
}

@Problem({
  code: 'result_not_ready',
  status: 409,
  title: 'There is no result yet',
  meaning: 'The job waits or runs. Ask again later, or follow the job.',
})
export class ResultNotReady extends DomainError {
  constructor({ jobId, status }: Job) {
    super(`The job is ${status}; there is no result yet.`, {
      extensions: { job_id: jobId, job_status: status },
    });
  }
}

@Problem({
  code: 'no_result',
  status: 409,
  title: 'There will be no result',
  meaning: 'The job failed or was cancelled. `error` in the job says why; a retry may help.',
})
export class NoResult extends DomainError {
  constructor({ jobId, status, error }: Job) {
    super(`The job is ${status}, so there is no result.`, {
      extensions: { job_id: jobId, job_status: status, ...(error && { error }) },
    });
  }
}

@Problem({
  code: 'artifact_not_found',
  status: 404,
  title: 'There is no such artifact',
  meaning: 'The job has no artifact of this name; `artifacts` in the job lists those that it has.',
})
export class ArtifactNotFound extends DomainError {
  constructor({ jobId }: Job, name: string) {
    super('The job has no artifact of this name.', { extensions: { job_id: jobId, artifact: name } });
  }
}

@Problem({
  code: 'processor_not_applicable',
  status: 422,
  title: 'This processor does not take this file',
  meaning:
    'No processor of that name is installed, or it takes other types of files. The detail lists those that fit.',
})
export class ProcessorNotApplicable extends DomainError {
  constructor(processor: string | undefined, filename: string, fitting: readonly string[]) {
    super(
      fitting.length === 0
        ? `No installed processor takes '${filename}'.`
        : `'${processor}' does not process '${filename}'; choose one of: ${fitting.join(', ')}.`,
    );
  }
}
