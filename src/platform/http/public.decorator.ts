import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';

export const PUBLIC = 'filemill:public';
/** Marks operations in the making of the OpenAPI document; it is not in what is served. */
export const PUBLIC_EXTENSION = 'x-public';

/**
 * For routes that are there before anybody can have credentials, and for probes: whatever credentials a
 * request has are not looked at, and its caller is anonymous.
 */
export function Public(): MethodDecorator & ClassDecorator {
  return applyDecorators(SetMetadata(PUBLIC, true), ApiExtension(PUBLIC_EXTENSION, true));
}
