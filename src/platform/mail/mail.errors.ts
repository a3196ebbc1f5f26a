import { DomainError, Problem } from '../errors/domain-error';

@Problem({
  code: 'mail_refused',
  status: 422,
  title: 'The mail was refused',
  meaning:
    'The mail server will not take this mail, now or later. Administrators find it among the dead letters, with what the server said.',
})
export class MailRefused extends DomainError {
  constructor(cause: Error) {
    super(`The mail server refused: ${cause.message}`, { cause });
  }
}

@Problem({
  code: 'mail_server_unavailable',
  status: 503,
  title: 'The mail server cannot be reached',
  meaning:
    'The mail server does not answer, asks for patience, or does not let the service log in. Mails wait and are tried again.',
})
export class MailServerUnavailable extends DomainError {
  constructor(cause: Error) {
    super(`The mail server did not take the mail: ${cause.message}`, { cause });
  }
}
