import type { Environment } from '@app/platform/config/load-settings';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Backing } from './backing';
import { eventually } from './eventually';

const MAIN = join(__dirname, '..', '..', 'dist', 'main.js');
const LISTENING = /listening on (http:\/\/[^\s,"]+)/;

export interface ChildServerOptions {
  readonly dataDir: string;
  /** Settings other than the defaults of a test. */
  readonly environment?: Environment;
  /** Modules loaded before the service (`--require`). */
  readonly hooks?: readonly string[];
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The built service as a process of its own, on a port of its own. */
export class ChildServer {
  /** Everything it wrote to its standard streams. */
  output = '';
  readonly exited: Promise<Exit>;
  private exit: Exit | undefined;
  private static readonly alive = new Set<ChildServer>();

  private constructor(private readonly child: ChildProcess) {
    ChildServer.alive.add(this);
    child.stdout!.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    child.stderr!.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    this.exited = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        this.exit = { code, signal };
        ChildServer.alive.delete(this);
        resolve(this.exit);
      });
    });
  }

  /** Starts the process; it need not come up. */
  static spawn({ dataDir, environment = {}, hooks = [] }: ChildServerOptions): ChildServer {
    if (!existsSync(MAIN)) throw new Error('dist/main.js is missing: run `npm run build` first.');
    const child = spawn(process.execPath, [...hooks.flatMap((hook) => ['--require', hook]), MAIN], {
      env: {
        PATH: process.env.PATH,
        HOST: '127.0.0.1',
        PORT: '0',
        DATA_DIR: dataDir,
        LOG_LEVEL: 'info', // which tells the port
        PROCESSING_CONCURRENCY: '2',
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe', hooks.length > 0 ? 'ipc' : 'ignore'],
    });
    return new ChildServer(child);
  }

  /** A server that answers, on what the environment of the tests says, as an app of a test is. */
  static async start({ environment, ...options }: ChildServerOptions): Promise<ChildServer> {
    const backing = environment?.DATABASE_URL === undefined ? await Backing.of(options.dataDir) : undefined;
    const whole = { ...backing?.environment, ...environment };
    const server = ChildServer.spawn({ ...options, environment: whole });
    await server.listening();
    return server;
  }

  /** For `afterEach`: a test that failed leaves no process behind. */
  static async killAll(): Promise<void> {
    await Promise.all([...ChildServer.alive].map((server) => server.kill()));
  }

  get pid(): number {
    return this.child.pid!;
  }

  get hasExited(): boolean {
    return this.exit !== undefined;
  }

  /** Without a slash at the end. */
  get url(): string {
    const [, url] = LISTENING.exec(this.output) ?? [];
    if (url === undefined) throw new Error(`The server does not listen:\n${this.output}`);
    return url;
  }

  async listening(): Promise<void> {
    await eventually('the server listens', () => {
      if (this.exit) throw new Error(`The server ended (${JSON.stringify(this.exit)}):\n${this.output}`);
      return LISTENING.test(this.output);
    });
  }

  /** Tells a hook something; resolves when it has answered. */
  async tell(message: string): Promise<void> {
    const answered = once(this.child, 'message');
    this.child.send(message);
    await answered;
  }

  /** As a power cut: no handler runs. */
  kill(): Promise<Exit> {
    this.child.kill('SIGKILL');
    return this.exited;
  }

  /** Asks it to end; the promise tells when it has. */
  terminate(): Promise<Exit> {
    this.child.kill('SIGTERM');
    return this.exited;
  }
}
