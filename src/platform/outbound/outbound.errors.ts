import { DomainError, Problem } from '../errors/domain-error';

@Problem({
  code: 'url_not_allowed',
  status: 422,
  title: 'The URL is not allowed',
  meaning:
    'The service only connects to http and https URLs without credentials, on the public internet or where `OUTBOUND_ALLOW` lets it, and is not led from https to http. The detail says what is wrong with the URL, or with the one it redirects to.',
})
export class UrlNotAllowed extends DomainError {}

/** Which address it is stays unsaid: the names of an inner network are not for callers to explore. */
@Problem({
  code: 'address_not_allowed',
  status: 422,
  title: 'The address is not public',
  meaning:
    'The name in the URL, or in the one it redirects to, has an address outside the public internet. No connection was made; an operator can allow the name or the network with `OUTBOUND_ALLOW`.',
})
export class AddressNotAllowed extends DomainError {
  constructor(host: string) {
    super(`${host} has an address that is not public.`);
  }
}

@Problem({
  code: 'too_many_redirects',
  status: 422,
  title: 'Too many redirects',
  meaning: 'The URL redirects too often, or in circles. Use the URL at which the redirects end.',
})
export class TooManyRedirects extends DomainError {
  constructor(limit: number) {
    super(`The URL redirects more than ${limit} times.`, { extensions: { max_redirects: limit } });
  }
}

@Problem({
  code: 'remote_refused',
  status: 422,
  title: 'The remote server refused',
  meaning:
    'The server behind the URL did not answer with the file; `remote_status` is its answer. Check that the URL needs no login and still exists.',
})
export class RemoteRefused extends DomainError {
  constructor(host: string, status: number) {
    super(`${host} answered ${status} instead of the file.`, { extensions: { remote_status: status } });
  }
}

@Problem({
  code: 'response_not_decodable',
  status: 422,
  title: 'The response cannot be decoded',
  meaning:
    'The remote server sent its answer in a Content-Encoding other than gzip, deflate or br, or the encoded bytes are damaged.',
})
export class ResponseNotDecodable extends DomainError {}

@Problem({
  code: 'response_too_large',
  status: 413,
  title: 'The response is too large',
  meaning:
    'What the remote server sent, or what it decodes to, is larger than `max_response_bytes`. It was not read further.',
})
export class ResponseTooLarge extends DomainError {
  constructor(limit: number) {
    super(`The response is larger than ${limit} bytes.`, { extensions: { max_response_bytes: limit } });
  }
}

/** `remote_status` is there when the server answered at all. */
@Problem({
  code: 'remote_unavailable',
  status: 503,
  title: 'The remote server is not available',
  meaning:
    'The server behind the URL cannot be found or reached, broke off, or said that it has a problem of its own. The same may work later.',
})
export class RemoteUnavailable extends DomainError {}

@Problem({
  code: 'remote_timeout',
  status: 503,
  title: 'The remote server is too slow',
  meaning:
    'The server behind the URL sent nothing for too long, or took too long as a whole. The same may work later.',
})
export class RemoteTimeout extends DomainError {}
