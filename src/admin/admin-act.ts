import { Reflector } from '@nestjs/core';

/** What administrators do, in the words of the log. */
export const ADMIN_ACTS = {
  list_jobs: 'Listed the jobs of everybody',
  list_users: 'Listed the users',
  list_activity: 'Listed the activity of everybody',
  see_queue: 'Looked at the queue',
  open_queues: 'Opened the pages of the queue',
  pause_processing: 'Paused processing',
  resume_processing: 'Resumed processing',
  retry_dead_letter: 'Retried a dead letter',
} as const;

export type AdminAct = keyof typeof ADMIN_ACTS;

/** Names what a route does. One without a name does nothing: see `AdminLogInterceptor`. */
export const Act = Reflector.createDecorator<AdminAct>();

/** Marks a route whose handler ends the response by itself: the act is written down before it runs. */
export const AnswersItself = Reflector.createDecorator<boolean>({ transform: () => true });
