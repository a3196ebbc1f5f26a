import type { Response } from 'express';

/** Aborted once nobody waits for the answer any more. */
export function clientGone(response: Response): AbortSignal {
  const controller = new AbortController();
  if (response.closed || response.destroyed) controller.abort();
  else response.once('close', () => controller.abort());
  return controller.signal;
}
