import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { CrossOrigin } from '../accounts.errors';

/**
 * For routes that a cookie opens: refuses what browsers say comes from another origin (Fetch Metadata). Browsers
 * that do not say so keep the cookie to its site (`SameSite=Strict`).
 */
@Injectable()
export class SameOriginGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const site = context.switchToHttp().getRequest<Request>().get('sec-fetch-site');
    if (site === undefined || site === 'same-origin') return true;
    throw new CrossOrigin();
  }
}
