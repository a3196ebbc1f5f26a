import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { JobCancelled, JobCompleted, JobFailed } from '../jobs/jobs.events';
import { TaskQueue } from '../platform/tasks/task-queue';

/** Gets notifications going at once. They are tasks by then, and would be found without it. */
@Injectable()
export class NotificationNudge {
  constructor(private readonly tasks: TaskQueue) {}

  @OnEvent(JobCompleted.type)
  @OnEvent(JobFailed.type)
  @OnEvent(JobCancelled.type)
  onSettled(): void {
    this.tasks.nudge();
  }
}
