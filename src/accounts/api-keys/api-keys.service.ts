import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock';
import { Ids } from '../../platform/clock/ids';
import { Database, type Alongside } from '../../platform/database/database';
import { EventBus } from '../../platform/events/event-bus';
import type { CallerScope } from '../../platform/http/caller.decorator';
import { InvalidToken } from '../../platform/http/caller.errors';
import { ApiKeyNotFound, TooManyApiKeys } from '../accounts.errors';
import { ApiKeyCreated, ApiKeyRevoked } from '../accounts.events';
import { hashOf, sameHash } from '../secrets';
import { makeKey, prefixOf, type ApiKey } from './api-key';
import { ApiKeysRepository } from './api-keys.repository';

const MOST_KEYS = 100;
/** A use is noted at most so often: what is read all the time must not be written all the time. */
const NOTE_USE_MS = 60_000;

/** What a new key is to be. */
export interface KeyWish {
  readonly name: string;
  readonly scopes: readonly CallerScope[];
  /** Seconds until it stops to work; never when left out. */
  readonly expiresIn?: number;
}

/** A new key, and what it looks like. */
export interface NewApiKey {
  readonly apiKey: ApiKey;
  readonly key: string;
}

/** Keys for machines: shown once, known by their hash from then on. */
@Injectable()
export class ApiKeysService {
  private readonly logger = new Logger(ApiKeysService.name);

  constructor(
    private readonly keys: ApiKeysRepository,
    private readonly database: Database,
    private readonly events: EventBus,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /** @throws TooManyApiKeys */
  async create(
    userId: string,
    { name, scopes, expiresIn }: KeyWish,
    alongside: Alongside<NewApiKey> = async () => {},
  ): Promise<NewApiKey> {
    const { key, prefix } = makeKey();
    const createdAt = this.clock.now();
    const apiKey: ApiKey = {
      keyId: this.ids.next(),
      userId,
      name,
      prefix,
      hash: hashOf(key),
      scopes,
      createdAt,
      expiresAt: expiresIn === undefined ? null : createdAt + expiresIn * 1000,
      lastUsedAt: null,
    };
    await this.database.transaction(async (queries) => {
      if ((await this.keys.count(queries, userId)) >= MOST_KEYS) throw new TooManyApiKeys(MOST_KEYS);
      await this.keys.insert(queries, apiKey);
      await alongside(queries, { apiKey, key });
    });
    this.events.publish(new ApiKeyCreated(userId, apiKey.keyId, name));
    return { apiKey, key };
  }

  list(userId: string): Promise<ApiKey[]> {
    return this.keys.list(userId);
  }

  /** It stops to work at once. @throws ApiKeyNotFound */
  async delete(userId: string, keyId: string): Promise<void> {
    const removed = await this.database.transaction((queries) => this.keys.remove(queries, userId, keyId));
    if (!removed) throw new ApiKeyNotFound(keyId);
    this.events.publish(new ApiKeyRevoked(userId, keyId));
  }

  /** The key that a caller sent. @throws InvalidToken */
  async check(sent: string): Promise<ApiKey> {
    const prefix = prefixOf(sent);
    const apiKey = prefix === undefined ? undefined : await this.keys.findByPrefix(prefix);
    const now = this.clock.now();
    if (!apiKey || !sameHash(hashOf(sent), apiKey.hash) || (apiKey.expiresAt ?? Infinity) <= now)
      throw new InvalidToken('The API key is unknown, expired or deleted.');
    if (now - (apiKey.lastUsedAt ?? 0) >= NOTE_USE_MS) this.noteUse(apiKey, now);
    return apiKey;
  }

  /** Nothing that a request has to wait for. */
  private noteUse({ keyId }: ApiKey, now: number): void {
    this.database
      .transaction((queries) => this.keys.touch(queries, keyId, now, now - NOTE_USE_MS))
      .catch((error: unknown) => this.logger.warn(`The use of a key was not noted: ${String(error)}`));
  }
}
