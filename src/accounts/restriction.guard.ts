import { type CanActivate, type ExecutionContext, mixin, type Type, UseGuards } from '@nestjs/common';
import type { Request } from 'express';
import { callerOf, type Identity } from '../platform/http/caller.decorator';
import { Forbidden, NotAuthenticated } from '../platform/http/caller.errors';

/** Lets users through for whom `refusal` has nothing to say; the anonymous caller never. */
function RestrictionGuard(refusal: (caller: Identity) => string | undefined): Type<CanActivate> {
  class MixinRestrictionGuard implements CanActivate {
    canActivate(context: ExecutionContext): boolean {
      const caller = callerOf(context.switchToHttp().getRequest<Request>());
      if (caller.userId === null) throw new NotAuthenticated();
      const reason = refusal(caller);
      if (reason !== undefined) throw new Forbidden(reason);
      return true;
    }
  }
  return mixin(MixinRestrictionGuard);
}

const UserGuard = RestrictionGuard(() => undefined);
const PersonGuard = RestrictionGuard(({ how }) =>
  how === 'api-key' ? 'An API key cannot do this: log in.' : undefined,
);
const AdminGuard = RestrictionGuard(({ role }) =>
  role === 'admin' ? undefined : 'This is for administrators who logged in.',
);

// The guards of a route come from the bottom up: these go nearest to the method, so that who may not is told so first.

/** For callers with an account. */
export const UsersOnly = () => UseGuards(UserGuard);

/** For users who logged in: what a stolen key must not be good for. */
export const PeopleOnly = () => UseGuards(PersonGuard);

/** For administrators who logged in. */
export const AdminOnly = () => UseGuards(AdminGuard);
