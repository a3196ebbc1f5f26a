import { applyDecorators, type StreamableFile, type Type } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, getSchemaPath } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { answerChunks } from './chunked-answer';
import { NDJSON } from './event-stream';
import type { Page } from './page.dto';

/** Rows read at once: what a stream of any length holds in memory. */
const ROWS_AT_ONCE = 200;

/** Gives the part of a list that begins after `cursor`. */
export type ListPart<T> = (part: { limit: number; cursor?: string }) => Promise<Page<T>>;

/** Documents a list that {@link answerRows} can answer as a stream, and a page of it otherwise. */
export function ApiRows(Dto: Type<object>, what: string): MethodDecorator {
  const row = { $ref: getSchemaPath(Dto) };
  return applyDecorators(
    ApiExtraModels(Dto),
    ApiOkResponse({
      description: `A page of ${what}; as \`${NDJSON}\` all ${what}, a JSON document a line, or as many as \`limit\` says`,
      headers: {
        Link: { description: 'The next page, `rel="next"` (RFC 8288)', schema: { type: 'string' } },
        Vary: { description: '`Accept`', schema: { type: 'string' } },
      },
      content: { 'application/json': { schema: { type: 'array', items: row } }, [NDJSON]: { schema: row } },
    }),
  );
}

/** Whether a list is asked for as a JSON document a line. Says that the answer depends on it. */
export function prefersRows(request: Request, response: Response): boolean {
  response.vary('Accept');
  return request.accepts(['application/json', NDJSON]) === NDJSON;
}

/**
 * A whole list as a JSON document a line, read part by part as fast as the client takes it. The first part
 * is there before anything is answered, so that its errors are still problems; later ones break the
 * connection, so that nobody takes what came for the whole.
 *
 * @param query - as validated; its `limit` counts only when the caller gave it
 */
export async function answerRows<T>(
  request: Request,
  query: { limit: number; cursor?: string },
  list: ListPart<T>,
  toDto: (row: T) => object,
): Promise<StreamableFile> {
  const limit = 'limit' in request.query ? query.limit : Infinity;
  const first = await list({ limit: Math.min(limit, ROWS_AT_ONCE), cursor: query.cursor });
  return answerChunks(NDJSON, lines(first, limit, list, toDto));
}

async function* lines<T>(
  first: Page<T>,
  limit: number,
  list: ListPart<T>,
  toDto: (row: T) => object,
): AsyncGenerator<string> {
  let left = limit;
  for (let page = first; ;) {
    if (page.entries.length > 0) yield page.entries.map((row) => `${JSON.stringify(toDto(row))}\n`).join('');
    left -= page.entries.length;
    if (page.next === undefined || left <= 0) return;
    page = await list({ limit: Math.min(left, ROWS_AT_ONCE), cursor: page.next });
  }
}
