import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** An S3-compatible server in a process of its own, which forgets everything with its end. */
export class S3Server {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  static async start(): Promise<S3Server> {
    const script = join(__dirname, 's3-server.harness.mjs');
    const child = spawn(process.execPath, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
    for await (const line of createInterface({ input: child.stdout })) {
      const url = /S3 at (\S+)/.exec(line)?.[1];
      if (url) return new S3Server(child, url);
    }
    throw new Error('The S3 server did not start.');
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill();
    await once(this.child, 'exit');
  }
}

/** A bucket of a test's own on such a server, and what lies in it, without the driver. */
export class TestBucket {
  private constructor(
    /** URL of the server. */
    readonly endpoint: string,
    readonly name: string,
  ) {}

  static async create(endpoint: string): Promise<TestBucket> {
    const bucket = new TestBucket(endpoint, `filemill-${randomUUID()}`);
    await bucket.ask('PUT', '');
    return bucket;
  }

  /** One that is there already. */
  static at(endpoint: string, name: string): TestBucket {
    return new TestBucket(endpoint, name);
  }

  /** What a service is told that keeps its files here. */
  get environment(): Readonly<Record<string, string>> {
    return {
      S3_BUCKET: this.name,
      S3_ENDPOINT: this.endpoint,
      S3_FORCE_PATH_STYLE: 'true',
      S3_ACCESS_KEY_ID: 'test',
      S3_SECRET_ACCESS_KEY: 'test',
    };
  }

  /** Sizes of all objects by their key. */
  async objects(): Promise<Map<string, number>> {
    const objects = new Map<string, number>();
    for (let after: string | undefined = ''; after !== undefined;) {
      const page: string = await this.ask('GET', `?list-type=2&start-after=${encodeURIComponent(after)}`);
      for (const [, key, size] of page.matchAll(/<Key>(.*?)<\/Key>\s*<Size>(\d+)</g))
        objects.set(key, Number(size));
      after = page.includes('<IsTruncated>true') ? [...objects.keys()].at(-1) : undefined;
    }
    return objects;
  }

  /** Keys of uploads in parts that are neither completed nor aborted. */
  async openUploads(): Promise<string[]> {
    return [...(await this.ask('GET', '?uploads')).matchAll(/<Key>(.*?)<\/Key>/g)].map(([, key]) => key);
  }

  async put(key: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    await this.ask('PUT', key, bytes);
  }

  async delete(key: string): Promise<void> {
    await this.ask('DELETE', key);
  }

  /** Deletes all objects, so that a server for many buckets does not fill the memory. */
  async empty(): Promise<void> {
    const keys = [...(await this.objects()).keys()].map((key) => `<Object><Key>${key}</Key></Object>`);
    await this.ask('POST', '?delete', new TextEncoder().encode(`<Delete>${keys.join('')}</Delete>`));
  }

  private async ask(method: string, path: string, body?: Uint8Array<ArrayBuffer>): Promise<string> {
    const answer = await fetch(`${this.endpoint}/${this.name}/${path}`, { method, body });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text;
  }
}
