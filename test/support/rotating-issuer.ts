import { exportJWK, generateKeyPair, SignJWT, type GenerateKeyPairResult } from 'jose';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An issuer of one published key at a time, which counts how often it is asked for it. */
export class RotatingIssuer {
  asked = 0;
  private readonly pairs = new Map<string, Promise<GenerateKeyPairResult>>();
  private published: object = { keys: [] };
  private readonly server = createServer(({ url }, response) => {
    const isKeys = url === '/jwks';
    if (isKeys) this.asked++;
    const discovery = { issuer: this.url, jwks_uri: `${this.url}/jwks` };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(isKeys ? this.published : discovery));
  });

  static async start(): Promise<RotatingIssuer> {
    const issuer = new RotatingIssuer();
    issuer.server.listen(0, '127.0.0.1');
    await once(issuer.server, 'listening');
    return issuer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Puts a key in the place of the one before. */
  async publish(kid: string): Promise<void> {
    const { publicKey } = await this.pairOf(kid);
    this.published = { keys: [{ ...(await exportJWK(publicKey)), kid, alg: 'ES256' }] };
  }

  async token(kid: string): Promise<string> {
    const { privateKey } = await this.pairOf(kid);
    return new SignJWT({ sub: 'ada' })
      .setProtectedHeader({ alg: 'ES256', kid })
      .setIssuer(this.url)
      .setAudience('filemill')
      .setExpirationTime('1h')
      .sign(privateKey);
  }

  async stop(): Promise<void> {
    this.server.close().closeAllConnections();
    await once(this.server, 'close');
  }

  private pairOf(kid: string): Promise<GenerateKeyPairResult> {
    const known = this.pairs.get(kid) ?? generateKeyPair('ES256');
    this.pairs.set(kid, known);
    return known;
  }
}
