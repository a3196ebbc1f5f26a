import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto';

const CIPHER = 'aes-256-gcm';
const SECRET_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * The `Idempotency-Key` of a request, and what is kept under it. A reply may hold a secret (a new API key) and
 * a request too (a password), so nothing that is kept can be read without the key, and the key is not kept. That
 * is as good as the key is hard to guess.
 */
export class IdempotencyKey {
  private readonly marking: Buffer;
  private readonly sealing: Buffer;
  /** What its reply is found under; the key does not show in it. */
  readonly name: string;

  constructor(readonly text: string) {
    const secrets = Buffer.from(hkdfSync('sha256', text, '', 'idempotency', 2 * SECRET_BYTES));
    this.marking = secrets.subarray(0, SECRET_BYTES);
    this.sealing = secrets.subarray(SECRET_BYTES);
    this.name = createHash('sha256').update(text).digest('hex');
  }

  /** Tells what was asked from anything else. @param content - a JSON value */
  fingerprint(content: unknown): string {
    return createHmac('sha256', this.marking).update(JSON.stringify(content)).digest('hex');
  }

  /** A text that {@link unseal} alone makes readable again, in base64. */
  seal(text: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.sealing, nonce);
    return Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()]).toString(
      'base64',
    );
  }

  /** @throws Error when it is not what was sealed with this key */
  unseal(sealed: string): string {
    const bytes = Buffer.from(sealed, 'base64');
    const decipher = createDecipheriv(CIPHER, this.sealing, bytes.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    return Buffer.concat([
      decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)),
      decipher.final(),
    ]).toString();
  }
}
