import type { NextFunction, Request, Response } from 'express';
import { RouteNotFound } from './http.errors';

/** What those ask for who run the service: every few seconds, in every role. */
export const PROBES: ReadonlySet<string> = new Set(['/livez', '/readyz', '/metrics']);

/** For a worker, which nobody else has anything to ask. */
export function serveProbesOnly({ path }: Request, _: Response, next: NextFunction): void {
  const refusal = new RouteNotFound('This process serves /livez, /readyz and /metrics only: it is a worker.');
  next(PROBES.has(path) ? undefined : refusal);
}
