import { Injectable } from '@nestjs/common';
import { hash, verify } from '@node-rs/argon2';

/** OWASP's first recommendation of argon2id, which is what the library does by default. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
/** Of the four threads of libuv's pool, so that files go on being written under a storm of logins. */
const AT_ONCE = 2;

/** Hashes passwords, in threads of the system's pool. */
@Injectable()
export class Passwords {
  private readonly lanes: Promise<unknown>[] = Array.from({ length: AT_ONCE }, () => Promise.resolve());
  private next = 0;
  /** Made at the start, so that the first login of nobody takes no longer than others. */
  private readonly nobodys = this.hash('nobody has this password');

  hash(password: string): Promise<string> {
    return this.inTurn(() => hash(password.normalize('NFKC'), COST));
  }

  /** Takes as long when there is no hash to compare with: time must not tell who has an account. */
  async isRight(password: string, expected: string | null | undefined): Promise<boolean> {
    const against = expected ?? (await this.nobodys);
    const fits = await this.inTurn(() => verify(against, password.normalize('NFKC')));
    return fits && typeof expected === 'string';
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const lane = this.next++ % AT_ONCE;
    const result = this.lanes[lane].then(work);
    this.lanes[lane] = result.catch(() => {});
    return result;
  }
}
