import { applyDecorators } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import { DatabaseUnavailable } from '../database/database.errors';
import { problemOf, type DomainErrorClass } from '../errors/domain-error';
import { RateLimited } from '../rate-limits/rate-limits.errors';
import { Forbidden, InvalidToken, IssuerUnavailable, NotAuthenticated } from './caller.errors';
import { InternalError } from './http.errors';
import { PROBLEM_JSON, problemType } from './problem';
import { ProblemDto } from './problem.dto';

/** What comes of looking at who sends a request, and how many. */
const OF_CALLERS = [
  NotAuthenticated,
  InvalidToken,
  Forbidden,
  IssuerUnavailable,
  DatabaseUnavailable,
  RateLimited,
];

/**
 * Documents the errors that a route can answer with, an example each. What every route can answer with goes
 * without saying: `internal_error`, and what comes of the caller's credentials and limits.
 */
export function ApiProblems(...errors: DomainErrorClass[]): MethodDecorator & ClassDecorator {
  return ApiPublicProblems(...OF_CALLERS, ...errors);
}

/** The same for a route that is {@link Public}. */
export function ApiPublicProblems(...errors: DomainErrorClass[]): MethodDecorator & ClassDecorator {
  const kinds = [...new Set([...errors, InternalError])].map((error) => problemOf(error));
  const statuses = [...new Set(kinds.map(({ status }) => status))];
  const responses = statuses.map((status) => {
    const ofStatus = kinds.filter((kind) => kind.status === status);
    const examples = Object.fromEntries(
      ofStatus.map(({ code, title, meaning }) => [
        code,
        { summary: title, value: { type: problemType(code), title, status, detail: meaning, code } },
      ]),
    );
    return ApiResponse({
      status,
      description: ofStatus.map(({ code, title }) => `${title} (\`${code}\`)`).join(' · '),
      content: { [PROBLEM_JSON]: { schema: { $ref: '#/components/schemas/Problem' }, examples } },
    });
  });
  return applyDecorators(...responses);
}

/** To be listed once as extra models of the document. */
export const problemModels = [ProblemDto];
