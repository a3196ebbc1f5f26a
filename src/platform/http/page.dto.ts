import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsUUID, Max, Min } from 'class-validator';
import type { Request, Response } from 'express';

/** Which part of a list is asked for. */
export class PageQuery {
  /** How many entries at most. */
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(500)
  @ApiPropertyOptional({ type: 'integer' })
  limit: number = 50;

  /** Where to go on: taken from the `Link` of the page before. */
  @IsOptional()
  @IsUUID(undefined, { message: 'cursor must be one that a Link header gave' })
  cursor?: string;
}

/** Entries of a page, and where the next one begins; no `next` on the last. */
export interface Page<T> {
  readonly entries: readonly T[];
  readonly next?: string;
}

/**
 * Makes a page of up to `limit` of the rows that a query for `limit + 1` found.
 *
 * @param cursorOf - where a page that goes on after an entry begins
 */
export function toPage<T>(rows: readonly T[], limit: number, cursorOf: (row: T) => string): Page<T> {
  const entries = rows.slice(0, limit);
  return rows.length > limit ? { entries, next: cursorOf(entries[limit - 1]) } : { entries };
}

/** Sets `Link: <…>; rel="next"` (RFC 8288): the same request, from where this page ends. */
export function linkNext(request: Request, response: Response, next: string | undefined): void {
  if (next === undefined) return;
  const url = new URL(request.originalUrl, 'http://localhost');
  url.searchParams.set('cursor', next);
  response.setHeader('Link', `<${url.pathname}${url.search}>; rel="next"`);
}
