import { All, Controller, Module, Req } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request } from 'express';
import { allowedMethods } from './allowed-methods';
import { MethodNotAllowed, RouteNotFound } from './http.errors';

@ApiExcludeController()
@Controller()
class UnknownRoutesController {
  /** @throws RouteNotFound · MethodNotAllowed when the path is served with other methods */
  @All('{*path}')
  refuse(@Req() request: Request): never {
    const allowed = allowedMethods(request);
    throw allowed.length > 0 ? new MethodNotAllowed(request.method, allowed) : new RouteNotFound();
  }
}

/**
 * Answers where there is no route, as a route like any other: the caller is known, and limits count it. Must be the
 * last of all modules.
 */
@Module({ controllers: [UnknownRoutesController] })
export class UnknownRoutesModule {}
