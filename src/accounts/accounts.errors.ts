import { DomainError, Problem } from '../platform/errors/domain-error';

@Problem({
  code: 'username_taken',
  status: 409,
  title: 'The user name is taken',
  meaning: 'Somebody has this user name already, or one that differs only in case or width. Choose another.',
})
export class UsernameTaken extends DomainError {
  constructor() {
    super('This user name is taken.');
  }
}

@Problem({
  code: 'email_taken',
  status: 409,
  title: 'The address is taken',
  meaning: 'There is an account with this email address already. Log in, or use another address.',
})
export class EmailTaken extends DomainError {
  constructor() {
    super('There is an account with this email address.');
  }
}

@Problem({
  code: 'api_key_not_found',
  status: 404,
  title: 'There is no such API key',
  meaning: 'No API key of yours has this id. The same answer is given for a key of somebody else.',
})
export class ApiKeyNotFound extends DomainError {
  constructor(keyId: string) {
    super('There is no such API key.', { extensions: { key_id: keyId } });
  }
}

@Problem({
  code: 'too_many_api_keys',
  status: 409,
  title: 'There are too many API keys',
  meaning: 'An account has 100 API keys at most. Delete one that is not used any more.',
})
export class TooManyApiKeys extends DomainError {
  constructor(limit: number) {
    super(`An account has ${limit} API keys at most.`);
  }
}

@Problem({
  code: 'cross_origin',
  status: 403,
  title: 'From another origin',
  meaning:
    'The route is for pages of the service itself, and the browser says that the request comes from elsewhere.',
})
export class CrossOrigin extends DomainError {
  constructor() {
    super('This is for pages of the service itself.');
  }
}
