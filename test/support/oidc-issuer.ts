import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Claims of access tokens, by the name of the client that asks for them. */
export type Claims = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** A real OpenID Connect issuer in a process of its own. */
export class OidcIssuer {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  static async start(claims: Claims): Promise<OidcIssuer> {
    const script = join(__dirname, 'oidc-issuer.mjs');
    const child = spawn(process.execPath, [script, JSON.stringify(claims)], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    for await (const line of createInterface({ input: child.stdout })) {
      const url = /issuer at (\S+)/.exec(line)?.[1];
      if (url) return new OidcIssuer(child, url);
    }
    throw new Error('The issuer did not start.');
  }

  async token(client: string, audience = 'filemill'): Promise<string> {
    const response = await fetch(`${this.url}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${client}:secret`)}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', resource: `urn:${audience}` }),
    });
    const { access_token } = (await response.json()) as { access_token?: string };
    if (access_token === undefined) throw new Error(`The issuer answered ${response.status}.`);
    return access_token;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill();
    await once(this.child, 'exit');
  }
}
