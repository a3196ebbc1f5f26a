import { type CanActivate, Injectable } from '@nestjs/common';
import { Settings } from '../config/settings';
import { BacklogFull } from './admission.errors';
import { Backlog } from './backlog';

/** For routes that make work: refuses more of it while too much waits, before a file is read. */
@Injectable()
export class BacklogGuard implements CanActivate {
  constructor(
    private readonly backlog: Backlog,
    private readonly settings: Settings,
  ) {}

  /** @throws BacklogFull */
  async canActivate(): Promise<boolean> {
    if (await this.backlog.isFull()) throw new BacklogFull(this.settings.MAX_BACKLOG);
    return true;
  }
}
