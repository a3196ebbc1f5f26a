import { FilemillError } from '@filemill/sdk';

/** What went wrong, for people: what happened, and what they can do. */
export interface Trouble {
  readonly title: string;
  /** Empty when the title says it all. */
  readonly detail: string;
  /** What is wrong with each field of a form. */
  readonly fields: Readonly<Record<string, string>>;
  /** Whether the same may work another time. */
  readonly canRetry: boolean;
  /** To be told to whoever runs the service. */
  readonly requestId?: string;
}

interface ProblemLike {
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly request_id?: string;
  readonly errors?: readonly { field: string; message: string }[];
}

/** What to do about problems whose own words do not say. */
const ADVICE: Readonly<Record<string, string>> = {
  backlog_full: 'Try again in a moment.',
  shutting_down: 'Try again in a moment.',
  database_unavailable: 'Try again in a moment.',
  storage_full: 'Whoever runs the service has to make room.',
  quota_exceeded: 'Delete some jobs to make room.',
  not_authenticated: 'Log in to go on.',
};

/** Problems of the caller that pass. */
const PASSING: ReadonlySet<string> = new Set([
  'rate_limited',
  'quota_exceeded',
  'not_authenticated',
  'invalid_token',
  'idempotency_key_in_use',
]);

/** Puts any error into words. */
export function troubleOf(error: unknown): Trouble {
  if (error instanceof FilemillError) return troubleOfProblem(error.problem, error.response.headers);
  if (error instanceof TypeError)
    return {
      title: 'The service does not answer',
      detail: 'Check that it runs and that you are connected, then try again.',
      fields: {},
      canRetry: true,
    };
  const detail = error instanceof Error ? error.message : String(error);
  return { title: 'Something went wrong', detail, fields: {}, canRetry: false };
}

/** Puts a problem document into words, such as that of a failed job. */
export function troubleOfProblem(problem: ProblemLike, headers?: Headers): Trouble {
  const { code, title, detail, request_id: requestId, errors = [], status } = problem;
  const fields = Object.fromEntries(errors.map(({ field, message }) => [field, message]));
  const isNews = detail.replace(/\.$/, '') !== title;
  const words = [isNews && detail, ADVICE[code], code === 'rate_limited' ? waitFor(headers) : undefined];
  return {
    title,
    detail: words.filter(Boolean).join(' '),
    fields,
    canRetry: status >= 500 || PASSING.has(code),
    ...(status >= 500 && requestId !== undefined && { requestId }),
  };
}

/** Whether asking again may help. */
export function mayPass(error: unknown): boolean {
  if (error instanceof FilemillError) return error.status >= 500 && error.status !== 507;
  return error instanceof TypeError;
}

export function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof FilemillError && codes.includes(error.code);
}

function waitFor(headers?: Headers): string | undefined {
  const seconds = Number(headers?.get('Retry-After') ?? 0);
  if (!seconds) return undefined;
  return seconds < 90 ? `Wait ${seconds} seconds.` : `Wait ${Math.ceil(seconds / 60)} minutes.`;
}
