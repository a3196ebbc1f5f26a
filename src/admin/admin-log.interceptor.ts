import {
  type CallHandler,
  type ExecutionContext,
  Injectable,
  Logger,
  type NestInterceptor,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { concatMap, defer, type Observable } from 'rxjs';
import { ActivityService } from '../activity/activity.service';
import { EventBus } from '../platform/events/event-bus';
import { callerOf } from '../platform/http/caller.decorator';
import { Act, ADMIN_ACTS, AnswersItself, type AdminAct } from './admin-act';
import { AdminActed } from './admin.events';

/** Tells what administrators did, and who, and writes it down. */
@Injectable()
export class AdminLogInterceptor implements NestInterceptor {
  private readonly logger = new Logger('Admin');

  constructor(
    private readonly reflector: Reflector,
    private readonly activity: ActivityService,
    private readonly events: EventBus,
  ) {}

  /** @throws Error for a route without a name, before anything is done: no act goes unseen */
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<Request>();
    const act = this.reflector.get(Act, context.getHandler());
    if (!act) throw new Error(`${request.method} ${request.path} lacks @Act: name what it does.`);
    const { userId, how } = callerOf(request);
    if (how === 'cookie') return next.handle(); // written down when the cookie was given
    const writeDown = () => this.writeDown(userId!, act, request);
    if (this.reflector.get(AnswersItself, context.getHandler()))
      return defer(writeDown).pipe(concatMap(() => next.handle()));
    return next.handle().pipe(concatMap((answer: unknown) => writeDown().then(() => answer)));
  }

  /** Before the answer: an administrator who is answered is in the log. */
  private async writeDown(userId: string, act: AdminAct, { method, path, params }: Request): Promise<void> {
    this.logger.log(`Administrator ${userId}: ${method} ${path}`);
    const subject = subjectOf(params);
    const description = subject === null ? ADMIN_ACTS[act] : `${ADMIN_ACTS[act]}: ${subject}`;
    await this.activity.noteAct(userId, description);
    this.events.publish(new AdminActed(userId, act, subject));
  }
}

/** What the path names, if it names something; paths come from outside. */
function subjectOf(params: Request['params']): string | null {
  const [value] = Object.values(params);
  return value === undefined
    ? null
    : [value]
        .flat()
        .join('/')
        .replaceAll(/\p{Cc}/gu, '?');
}
