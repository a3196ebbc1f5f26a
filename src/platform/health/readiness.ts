import { Injectable, type OnModuleDestroy } from '@nestjs/common';

/** Whether this process takes new work: until it is told to stop. */
@Injectable()
export class Readiness implements OnModuleDestroy {
  private draining = false;

  get isDraining(): boolean {
    return this.draining;
  }

  /** The first of the shutdown hooks, while the server still listens. */
  onModuleDestroy(): void {
    this.draining = true;
  }
}
