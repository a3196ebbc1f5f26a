import type { IncomingMessage, ServerResponse } from 'node:http';

/** Where the board is, below whatever path a proxy has put the service. */
export const BOARD_PATH = '/admin/queues';

/**
 * The pages that show what of the tasks lies in Redis; nothing can be changed there. Without REDIS_URL this is `undefined`
 * where it is injected, and none of it is loaded.
 */
export abstract class QueueBoard {
  /** What its pages may do in a browser: the value of `Content-Security-Policy`. */
  abstract readonly policy: string;

  /**
   * Answers a request for something at or below {@link BOARD_PATH}.
   *
   * @returns whether there is anything to answer with
   * @throws QueueUnavailable
   */
  abstract serve(request: IncomingMessage, response: ServerResponse): Promise<boolean>;
}
