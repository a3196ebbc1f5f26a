import { ValidationPipe, type ArgumentMetadata, type ValidationError } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { ValidationFailed, type FieldError } from './http.errors';

const STRICT = { whitelist: true, forbidNonWhitelisted: true } as const;

/**
 * Holds every body and query against its DTO: unknown properties are refused, values get their types. Texts with the
 * character NUL are refused everywhere, since PostgreSQL stores and compares none.
 */
class StrictValidationPipe extends ValidationPipe {
  constructor() {
    super({
      ...STRICT,
      transform: true,
      exceptionFactory: (errors) => new ValidationFailed(errors.flatMap((error) => fieldErrors(error))),
    });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const fields = metadata.type === 'body' || metadata.type === 'query' ? fieldsWithNul(value) : [];
    if (fields.length === 0) return super.transform(value, metadata);
    throw new ValidationFailed(
      fields.map((field) => ({ field, message: `${field} must not contain NUL characters` })),
    );
  }
}

export function createValidationPipe(): ValidationPipe {
  return new StrictValidationPipe();
}

/** Names of the properties in which, however deep, there is a text with NUL. */
function fieldsWithNul(value: unknown): string[] {
  return Object.entries(value ?? {}).flatMap(([name, part]) => (hasNul(part) ? [name] : []));
}

/** Without recursion: what came as JSON may be nested as deep as it is long. */
function hasNul(value: unknown): boolean {
  const parts = [value];
  for (const part of parts) {
    if (typeof part === 'string' && part.includes('\0')) return true;
    if (typeof part === 'object' && part !== null) for (const inner of Object.values(part)) parts.push(inner);
  }
  return false;
}

/**
 * Holds a value whose class is only known at run time against it, as the pipe does; defaults are filled in.
 *
 * @param prefix - where the value stands in the request, for the errors: `options.`
 * @throws ValidationFailed
 */
export function validated<T extends object>(type: new () => T, value: object, prefix: string): T {
  const instance = plainToInstance(type, value, { exposeDefaultValues: true });
  const errors = validateSync(instance, STRICT);
  if (errors.length > 0) throw new ValidationFailed(errors.flatMap((error) => fieldErrors(error, prefix)));
  return instance;
}

function fieldErrors(
  { property, constraints = {}, children = [] }: ValidationError,
  prefix = '',
): FieldError[] {
  const field = `${prefix}${property}`;
  const own = Object.values(constraints).map((message) => ({ field, message }));
  return [...own, ...children.flatMap((child) => fieldErrors(child, `${field}.`))];
}
