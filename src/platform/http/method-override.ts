import type { NextFunction, Request, Response } from 'express';

const METHODS: ReadonlySet<string> = new Set(['PATCH', 'DELETE', 'HEAD']);

/**
 * Takes a POST for the method that its `X-HTTP-Method-Override` names: for clients where nothing but GET and POST gets
 * through (tus 1.0, section "X-HTTP-Method-Override"). Comes before whatever judges a request by its method.
 */
export function overrideMethod(request: Request, _: Response, next: NextFunction): void {
  const method = request.get('x-http-method-override')?.toUpperCase();
  if (method !== undefined && METHODS.has(method)) request.method = method;
  next();
}
