import type { Problem } from './generated/types.gen.js';

/** The service refused a request, or failed at it; {@link problem} says why. */
export class FilemillError extends Error {
  override readonly name = 'FilemillError';

  constructor(
    readonly problem: Problem,
    /** The answer; its body has been read. */
    readonly response: Response,
  ) {
    super(`${problem.status} ${problem.title}: ${problem.detail}`);
  }

  /** Stable word to branch on: `job_not_found`, `file_too_large`, … */
  get code(): string {
    return this.problem.code;
  }

  get status(): number {
    return this.problem.status;
  }
}

/** A job had not settled when the time to wait for it was over. It goes on. */
export class WaitTimeoutError extends Error {
  override readonly name = 'WaitTimeoutError';

  constructor(
    readonly jobId: string,
    readonly timeoutMs: number,
  ) {
    super(`The job ${jobId} had not settled after ${timeoutMs} ms.`);
  }
}

/** What an answer that is no success means; what is between may answer with something else than a problem. */
export function toFilemillError(body: unknown, response: Response): FilemillError {
  return new FilemillError(isProblem(body) ? body : unknownProblem(body, response), response);
}

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'code' in body && 'status' in body;
}

function unknownProblem(body: unknown, { status, statusText }: Response): Problem {
  const title = statusText || `HTTP ${status}`;
  const detail = typeof body === 'string' && body !== '' ? body.slice(0, 200) : title;
  return { type: 'about:blank', title, status, detail, code: 'unknown' };
}
