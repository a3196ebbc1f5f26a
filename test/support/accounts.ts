import type { NewApiKeyDto } from '@app/accounts/api-keys/api-keys.dto';
import type { TokensDto } from '@app/accounts/sessions/sessions.dto';
import type { UserDto } from '@app/accounts/users.dto';
import { Client, type Answer } from './client';

export const PASSWORD = 'correct horse battery staple';

/** What came of a request that was to answer with one of these statuses. @throws Error otherwise */
export function expectStatus(answer: Answer, status: number): Answer {
  if (answer.status !== status) throw new Error(`Answered ${answer.status}, not ${status}: ${answer.text}`);
  return answer;
}

export async function register(
  url: string,
  username: string,
  email = `${username}@example.org`,
): Promise<UserDto> {
  const answer = await new Client(url).sendJson('/users/register', { username, email, password: PASSWORD });
  return expectStatus(answer, 201).json();
}

export function sendLogin(url: string, username: string, password = PASSWORD): Promise<Answer> {
  return new Client(url).sendJson('/auth/login', { username, password });
}

export async function login(url: string, username: string): Promise<TokensDto> {
  return (await sendLogin(url, username)).ok().json();
}

/** Speaks for whoever has an access token. */
export function withToken(url: string, token: string): Client {
  return new Client(url, { authorization: `Bearer ${token}` });
}

/** Speaks for a new user. */
export async function newUser(url: string, username: string, email?: string): Promise<Client> {
  await register(url, username, email);
  return withToken(url, (await login(url, username)).access_token);
}

export async function newKey(user: Client, wish: object = {}): Promise<NewApiKeyDto> {
  return expectStatus(await user.sendJson('/api-keys', { name: 'a key', ...wish }), 201).json();
}

/** Speaks with a new key of a user. */
export async function keyOf(user: Client, wish?: object): Promise<Client> {
  return new Client(user.url, { 'x-api-key': (await newKey(user, wish)).key });
}
