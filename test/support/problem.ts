import type { ProblemDto } from '@app/platform/http/problem.dto';
import { tmpdir } from 'node:os';

/** What tells about the inside of the server: frames of a stack, its files, its directories. */
const INSIDE = new RegExp(
  [String.raw`\n\s+at `, String.raw`\.[jt]s:\d+`, 'node_modules', 'SQLITE', process.cwd(), tmpdir()].join(
    '|',
  ),
);

export interface Answered {
  readonly status: number;
  readonly headers: { get(name: string): string | null | undefined };
  readonly text: string;
}

/** Checks all that every error has in common; gives the document for the rest. */
export function expectProblem(
  { status, headers, text }: Answered,
  expected: { status: number; code: string; instance?: string },
): ProblemDto & Record<string, unknown> {
  expect(text).not.toMatch(INSIDE);
  if (status !== expected.status) throw new Error(`Answered ${status}, not ${expected.status}: ${text}`);
  expect(headers.get('content-type')).toBe('application/problem+json');
  const problem = JSON.parse(text) as ProblemDto & Record<string, unknown>;
  expect(problem).toMatchObject({
    ...expected,
    type: `/docs/errors#${expected.code}`,
    title: expect.stringMatching(/\w/),
    detail: expect.stringMatching(/\w/),
    instance: expect.stringMatching(/^\//),
    request_id: headers.get('x-request-id'),
  });
  expect(headers.get('cache-control')).toBe('no-store');
  return problem;
}
