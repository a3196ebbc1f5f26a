import type { Response } from 'express';

/** Made once: an exception takes its stack along, and every answer ends with a closed response. */
const GONE = new DOMException('The client is gone.', 'AbortError');

/** Aborted once nobody waits for the answer any more. */
export function clientGone(response: Response): AbortSignal {
  const controller = new AbortController();
  if (response.closed || response.destroyed) controller.abort(GONE);
  else response.once('close', () => controller.abort(GONE));
  return controller.signal;
}
