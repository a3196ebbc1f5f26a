import { type CanActivate, Injectable } from '@nestjs/common';
import { ServiceShuttingDown } from '../http/http.errors';
import { Readiness } from './readiness';

/** Refuses new work once the process drains. */
@Injectable()
export class ReadinessGuard implements CanActivate {
  constructor(private readonly readiness: Readiness) {}

  canActivate(): boolean {
    if (this.readiness.isDraining) throw new ServiceShuttingDown();
    return true;
  }
}
