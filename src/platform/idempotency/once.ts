import type { Queries } from '../database/database';

/** What a route that creates something answers with. */
export interface Reply<Body extends object> {
  readonly body: Body;
  /** Path of what was created. */
  readonly location?: string;
}

/** Keeps a reply in the transaction that makes it true. */
export type KeepReply<Body extends object> = (queries: Queries, reply: Reply<Body>) => Promise<void>;

export interface AnswerOptions<Body> {
  /** Whether a reply that is kept still holds; when it does not, the request is a new one. */
  readonly stands?: (body: Body) => Promise<boolean>;
  /** Waits for what the caller prefers to wait for, the first time and again; resolves with the reply as it is then. */
  readonly settle?: (body: Body) => Promise<Body>;
}

/**
 * A request that may come again. With an `Idempotency-Key`, what it asks for happens once, and the reply is
 * given to every request with that key.
 */
export abstract class Once {
  /**
   * Does the work, or gives the reply that it had before, and sets `Location`. The work hands its reply to
   * `keep` in the transaction that creates something; what comes of it in the end is the reply that is given,
   * now and later.
   *
   * @param content - what makes the request this request: a JSON value
   * @throws IdempotencyKeyReused when the key was used for another content or route
   */
  abstract answer<Body extends object>(
    content: unknown,
    work: (keep: KeepReply<Body>) => Promise<Reply<Body>>,
    options?: AnswerOptions<Body>,
  ): Promise<Body>;
}
