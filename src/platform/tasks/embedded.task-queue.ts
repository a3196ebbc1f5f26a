import { TableTaskQueue } from './table.task-queue';
import type { TaskLane } from './task-lane';

/** The lanes take from the table themselves. */
export class EmbeddedTaskQueue extends TableTaskQueue {
  protected override sourceOf(kind: string): TaskLane | undefined {
    return this.lanes.get(kind);
  }

  protected override sources(): Iterable<TaskLane> {
    return this.lanes.values();
  }

  protected override scan(): void {
    for (const lane of this.lanes.values()) lane.pull();
  }
}
