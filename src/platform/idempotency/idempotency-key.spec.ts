import { IdempotencyKey } from './idempotency-key';

describe('an Idempotency-Key', () => {
  const key = new IdempotencyKey('4f1c22b0-9a3e');
  const other = new IdempotencyKey('4f1c22b0-9a3f');

  it('opens what was sealed with it, and nothing else does', () => {
    const sealed = key.seal('a secret, größer');
    expect(new IdempotencyKey(key.text).unseal(sealed)).toBe('a secret, größer');
    expect(() => other.unseal(sealed)).toThrow('unable to authenticate');
    const changed = Buffer.from(sealed, 'base64');
    changed[changed.length - 1] ^= 1;
    expect(() => key.unseal(changed.toString('base64'))).toThrow('unable to authenticate');
  });

  it('has a name and fingerprints of its own', () => {
    expect(new IdempotencyKey(key.text)).toMatchObject({ name: key.name });
    expect(other.name).not.toBe(key.name);
    expect(key.fingerprint(['a', { b: 1 }])).toBe(key.fingerprint(['a', { b: 1 }]));
    expect(key.fingerprint(['a'])).not.toBe(key.fingerprint(['b']));
    expect(other.fingerprint(['a'])).not.toBe(key.fingerprint(['a']));
  });
});
