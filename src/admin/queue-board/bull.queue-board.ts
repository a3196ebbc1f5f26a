import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RedisConnections } from '../../platform/redis/redis.connections';
import { openQueue } from '../../platform/tasks/bull/bull-queue';
import { QueueUnavailable } from '../admin.errors';
import { BASE_SCRIPT, BoardServer } from './board-server';
import { BOARD_PATH, QueueBoard } from './queue-board';

const BASE_SCRIPT_HASH = createHash('sha256').update(BASE_SCRIPT).digest('base64');

/** Nothing from elsewhere; only styles may be in the page, as its components bring theirs along. */
const POLICY = [
  `default-src 'none'`,
  `script-src 'self' 'sha256-${BASE_SCRIPT_HASH}'`,
  `worker-src 'self'`,
  `style-src 'self' 'unsafe-inline'`,
  `img-src 'self' data:`,
  `connect-src 'self'`,
  `base-uri 'self'`,
  `form-action 'none'`,
  `frame-ancestors 'none'`,
].join(';');

/** {@link QueueBoard} by Bull Board. */
export class BullQueueBoard extends QueueBoard {
  override readonly policy = POLICY;
  private server: BoardServer | undefined;

  /** @param kinds - of all tasks that there are; asked for with the first request */
  constructor(
    private readonly redis: RedisConnections,
    private readonly kinds: () => readonly string[],
  ) {
    super();
  }

  override async serve(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    await this.redis.ping().catch((error: unknown) => {
      throw new QueueUnavailable(error);
    });
    this.server ??= this.createServer();
    return this.server.answer(request, response);
  }

  private createServer(): BoardServer {
    const server = new BoardServer(BOARD_PATH);
    createBullBoard({
      queues: this.kinds().map((kind) => this.readOnly(kind)),
      serverAdapter: server,
      // Workers are not shown: they share a connection, so Redis does not know which queue they take from.
      options: { uiConfig: { boardTitle: 'Filemill', hideDocsLink: true, showWorkers: false } },
    });
    return server;
  }

  private readOnly(kind: string): BullMQAdapter {
    return new BullMQAdapter(openQueue(this.redis, kind), { readOnlyMode: true });
  }
}
