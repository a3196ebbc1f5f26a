import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { UnsupportedMediaType } from './http.errors';

/** For routes with a JSON body: refuses every other kind. */
@Injectable()
export class JsonBodyGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Request>();
    if (request.is('application/json')) return true;
    throw new UnsupportedMediaType('This route takes a body of the type application/json.');
  }
}
