import { DomainError } from '../errors/domain-error';
import { StorageFull } from '../errors/storage-full.error';
import { DatabaseUnavailable, UnstorableText } from './database.errors';

/** Those of the network (Node.js), and what the server says when it ends a connection (SQLSTATE). */
const CONNECTION_LOST =
  /^(E(CONN(REFUSED|RESET|ABORTED)|PIPE|TIMEDOUT|HOSTUNREACH|NETUNREACH|NOTFOUND|AI_AGAIN)|08...|57P0[1-5])$/;
/** Without a code: the words of `pg` and its pool. */
const CONNECTION_LOST_WORDS =
  /^(Connection terminated|Client has encountered a connection error|Query read timeout|timeout exceeded when|timeout expired)/;
/** Of two that were in each other's way the database has sent one back: it changed nothing, and may come again. */
const SENT_BACK = new Set(['40001', '40P01']);
/**
 * Out of memory, connections or other resources; took too long (statement, lock, idle in a transaction); a server
 * that does not take writes, as after a failover; an input/output error.
 */
const UNAVAILABLE = /^(53...|57014|55P03|25P0[34]|25006|58...)$/;
const DISK_FULL = '53100';
/** A text with NUL. */
const NOT_IN_REPERTOIRE = '22021';

/** Whether the connection is gone, or cannot be made. What was under way then was rolled back, or will be. */
export function isConnectionLost(error: unknown): boolean {
  return (
    CONNECTION_LOST.test(codeOf(error)) ||
    (error instanceof AggregateError && error.errors.some(isConnectionLost)) || // a name with several addresses
    (error instanceof Error && CONNECTION_LOST_WORDS.test(error.message))
  );
}

export function isSentBack(error: unknown): boolean {
  return SENT_BACK.has(codeOf(error));
}

/** Gives an error of the driver its meaning for callers. Others stay what they are. */
export function translate(error: unknown): unknown {
  if (error instanceof DomainError) return error;
  const code = codeOf(error);
  if (code === DISK_FULL) return new StorageFull(error);
  if (code === NOT_IN_REPERTOIRE) return new UnstorableText(error);
  if (isConnectionLost(error) || isSentBack(error) || UNAVAILABLE.test(code))
    return new DatabaseUnavailable(error);
  return error;
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : '';
}
