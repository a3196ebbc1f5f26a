import { setTimeout } from 'node:timers/promises';
import type { Pool, PoolClient, QueryResult } from 'pg';
import { OutcomeUnknown } from './database.errors';
import { isConnectionLost } from './postgres.errors';

/** Looks for what became of a commit, and the pause between two: a restart of the server takes seconds. */
const LOOKS = 40;
const PAUSE_MS = 250;

/** What a transaction is recognised by. */
export interface Begun {
  /** An `xid8`, in decimal digits. */
  readonly xid: string;
  /** Changes when the server crashes: from then on numbers of transactions may be given a second time. */
  readonly life: string;
}

/** Begins and commits transactions so that a connection which breaks in between leaves no doubt. */
export class PostgresCommit {
  constructor(private readonly pool: Pool) {}

  /** In one message: knowing the number costs no time on the way. */
  async begin(client: PoolClient, durable: boolean): Promise<Begun> {
    const begin = durable ? 'begin' : 'begin; set local synchronous_commit = off';
    const results = (await client.query(`${begin}; ${WHO_AM_I}`)) as unknown as QueryResult<Begun>[];
    return results.at(-1)!.rows[0];
  }

  /**
   * @returns whether the connection is still good
   * @throws OutcomeUnknown when the connection broke and the database did not come back in time · the connection's
   * error when it broke and nothing was committed
   */
  async commit(client: PoolClient, begun: Begun): Promise<boolean> {
    try {
      const { command } = await client.query('commit');
      // So PostgreSQL ends a transaction in which a query failed, whoever caught the error.
      if (command !== 'COMMIT')
        throw new Error('A query failed, so nothing of its transaction was committed.');
      return true;
    } catch (error) {
      if (!isConnectionLost(error)) throw error;
      if (!(await this.wasCommitted(begun, error))) throw error;
      return false;
    }
  }

  private async wasCommitted(begun: Begun, cause: unknown): Promise<boolean> {
    for (let look = 0; look < LOOKS; look++) {
      if (look > 0) await setTimeout(PAUSE_MS);
      const status = await this.statusOf(begun);
      if (status === 'committed') return true;
      if (status === 'aborted') return false;
      if (status === 'nobody knows') break;
    }
    throw new OutcomeUnknown(cause);
  }

  private async statusOf({ xid, life }: Begun): Promise<string> {
    try {
      const { rows } = await this.pool.query<{ status: string | null; life: string }>(
        `select pg_xact_status($1::xid8) as status, ${LIFE} as life`,
        [xid],
      );
      return rows[0].life === life ? (rows[0].status ?? 'nobody knows') : 'nobody knows';
    } catch {
      return 'no answer';
    }
  }
}

/** When statistics began, which is anew after a crash, but not after a restart. */
const LIFE = `(select stats_reset::text from pg_stat_bgwriter)`;
const WHO_AM_I = `select pg_current_xact_id()::text as xid, ${LIFE} as life`;
