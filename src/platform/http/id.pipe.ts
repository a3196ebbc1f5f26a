import { mixin, type PipeTransform, type Type } from '@nestjs/common';
import { isId } from '../clock/ids';
import type { DomainError } from '../errors/domain-error';

/** Lets identifiers through; anything else is answered like an identifier that does not exist. */
export function IdPipe(NotFound: new (id: string) => DomainError): Type<PipeTransform<string, string>> {
  class MixinIdPipe implements PipeTransform<string, string> {
    transform(value: string): string {
      if (!isId(value)) throw new NotFound(value);
      return value;
    }
  }
  return mixin(MixinIdPipe);
}
