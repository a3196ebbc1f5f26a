import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Redis } from 'ioredis';
import { freePort } from '../http/free-port.harness';

/** Resolves with the next connection; attempts that fail before are no matter, as they would be to `once`. */
export function ready(redis: Redis): Promise<void> {
  return new Promise((resolve) => redis.once('ready', resolve));
}

/** A `redis-server` of a test's own, on a port of its own, that keeps nothing on disk. */
export class RedisServer {
  private child: ChildProcess | undefined;

  private constructor(
    private readonly port: number,
    private readonly directory: string,
  ) {}

  static async start(): Promise<RedisServer> {
    const directory = mkdtempSync(join(tmpdir(), 'filemill-redis-'));
    const server = new RedisServer(await freePort(), directory);
    await server.run();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Ends it at once, and with it all it had. */
  async stop(): Promise<void> {
    const child = this.child;
    this.child = undefined;
    if (!child || child.exitCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  /** Starts it again, empty, where it was. */
  async restart(): Promise<void> {
    await this.stop();
    await this.run();
  }

  /** Lets it hold its breath: it takes connections and commands, and answers nothing until `resume()`. */
  pause(): void {
    this.child!.kill('SIGSTOP');
  }

  resume(): void {
    this.child!.kill('SIGCONT');
  }

  async flush(): Promise<void> {
    await this.ask((redis) => redis.flushall());
  }

  /** Cuts the connections of all clients, or of those that have not subscribed to anything. */
  async cut(...types: readonly ('normal' | 'pubsub')[]): Promise<void> {
    const cut = types.length > 0 ? types : (['normal', 'pubsub'] as const);
    await this.ask((redis) => Promise.all(cut.map((type) => redis.client('KILL', 'TYPE', type))));
  }

  /** How many clients are connected. */
  async clients(): Promise<number> {
    const list = await this.ask((redis) => redis.client('LIST'));
    return String(list).trim().split('\n').length - 1; // not the one that asks
  }

  /** What there is in it. */
  async keys(): Promise<string[]> {
    return this.ask((redis) => redis.keys('*'));
  }

  /** Also stops it. */
  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.directory, { recursive: true });
  }

  private async ask<T>(question: (redis: Redis) => Promise<T>): Promise<T> {
    const redis = new Redis(this.url);
    try {
      return await question(redis);
    } finally {
      redis.disconnect();
    }
  }

  private async run(): Promise<void> {
    const options = { port: String(this.port), bind: '127.0.0.1', dir: this.directory, save: '' };
    const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
    const child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child, 'spawn');
    this.child = child;
    for await (const line of createInterface({ input: child.stdout }))
      if (line.includes('Ready to accept connections')) break;
    child.stdout.resume();
    if (child.exitCode !== null) throw new Error('redis-server did not start.');
  }
}
