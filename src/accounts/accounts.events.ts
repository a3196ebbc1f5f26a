import { DomainEvent } from '../platform/events/event-bus';

abstract class UserEvent extends DomainEvent {
  constructor(readonly userId: string) {
    super();
  }
}

abstract class SessionEvent extends UserEvent {
  constructor(
    userId: string,
    readonly sessionId: string,
  ) {
    super(userId);
  }
}

/** Somebody made an account, or came from the issuer for the first time. */
export class UserRegistered extends UserEvent {
  static readonly type = 'user.registered';
  override readonly type = UserRegistered.type;

  constructor(
    userId: string,
    readonly username: string,
  ) {
    super(userId);
  }
}

/** With a password; whoever has a token of the issuer logged in there. */
export class UserLoggedIn extends SessionEvent {
  static readonly type = 'user.logged_in';
  override readonly type = UserLoggedIn.type;
}

export class UserLoggedOut extends SessionEvent {
  static readonly type = 'user.logged_out';
  override readonly type = UserLoggedOut.type;
}

/** All other sessions of the user have ended with that. */
export class PasswordChanged extends UserEvent {
  static readonly type = 'user.password_changed';
  override readonly type = PasswordChanged.type;
}

/** The account is gone, with its sessions and keys; what it owned follows. */
export class UserDeleted extends UserEvent {
  static readonly type = 'user.deleted';
  override readonly type = UserDeleted.type;
}

abstract class ApiKeyEvent extends UserEvent {
  constructor(
    userId: string,
    readonly keyId: string,
  ) {
    super(userId);
  }
}

export class ApiKeyCreated extends ApiKeyEvent {
  static readonly type = 'api_key.created';
  override readonly type = ApiKeyCreated.type;

  constructor(
    userId: string,
    keyId: string,
    readonly name: string,
  ) {
    super(userId, keyId);
  }
}

export class ApiKeyRevoked extends ApiKeyEvent {
  static readonly type = 'api_key.revoked';
  override readonly type = ApiKeyRevoked.type;
}
