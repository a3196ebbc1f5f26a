import { Logger } from '@nestjs/common';
import { Queue } from 'bullmq';
import type { RedisConnections } from '../../redis/redis.connections';

/** What BullMQ tells of its jobs is kept for the last so many: nobody reads it but who looks into the queue. */
const EVENTS_KEPT = 100;

const logger = new Logger('BullQueue');

/** What BullMQ is told of a task. */
export interface TaskTicket {
  readonly id: string;
}

/** The queue of a kind, on the connection that all share: while Redis is away its commands fail at once. */
export function openQueue(redis: RedisConnections, kind: string): Queue<TaskTicket> {
  const queue = new Queue<TaskTicket>(queueName(kind), {
    connection: redis.commands,
    prefix: redis.key('tasks'),
    skipVersionCheck: true,
    skipWaitingForReady: true,
    streams: { events: { maxLen: EVENTS_KEPT } },
  });
  queue.on('error', (error) => logger.debug(`Redis, ${kind}: ${error.message}`));
  return queue;
}

/** BullMQ takes no colons. */
export function queueName(kind: string): string {
  return encodeURIComponent(kind);
}
