import type { DomainError } from '../errors/domain-error';

export const PROBLEM_JSON = 'application/problem+json';

/** A problem document (RFC 9457) with our `code`; errors may add members. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly [extension: string]: unknown;
}

/** Where people read about a kind of error. */
export function problemType(code: string): string {
  return `/docs/errors#${code}`;
}

export function toProblem(error: DomainError): ProblemDocument {
  const { code, status, title } = error.problem;
  return { type: problemType(code), title, status, detail: error.message, code, ...error.extensions };
}
