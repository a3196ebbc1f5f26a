import { applyDecorators } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import { problemOf, type DomainErrorClass } from '../errors/domain-error';
import { InternalError } from './http.errors';
import { PROBLEM_JSON, problemType } from './problem';
import { ProblemDto } from './problem.dto';

/**
 * Documents the errors that a route can answer with, an example each. Every route can answer with
 * `internal_error`, so that one goes without saying.
 */
export function ApiProblems(...errors: DomainErrorClass[]): MethodDecorator & ClassDecorator {
  const kinds = [...errors, InternalError].map((error) => problemOf(error));
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
