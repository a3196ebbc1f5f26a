import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { freePort } from '../../src/platform/http/free-port.harness';
import { eventually } from './eventually';

/** PostgreSQL refuses to run as root: then it runs as its own user. */
const ACCOUNT = process.getuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : {};

/** A `postgres` of a test's own, on a port of its own. It dies as a process does, not as a machine: no fsync. */
export class PostgresServer {
  private child: ChildProcess | undefined;

  private constructor(
    private readonly directory: string,
    readonly port: number,
  ) {}

  static async start(): Promise<PostgresServer> {
    const directory = mkdtempSync(join(tmpdir(), 'filemill-postgres-'));
    if (ACCOUNT.uid !== undefined) chownSync(directory, ACCOUNT.uid, ACCOUNT.gid);
    const options = ['--pgdata', directory, '--username', 'postgres', '--auth', 'trust', '--no-sync'];
    execFileSync('initdb', options, { ...ACCOUNT, stdio: 'ignore', cwd: directory });
    const server = new PostgresServer(directory, await freePort());
    await server.run();
    return server;
  }

  url(port = this.port): string {
    return `postgres://postgres@127.0.0.1:${port}/postgres`;
  }

  /** As when it crashes: what runs is cut off, and it recovers from its log. */
  async restart(): Promise<void> {
    await this.end('SIGQUIT');
    await this.run();
  }

  async remove(): Promise<void> {
    await this.end('SIGQUIT');
    rmSync(this.directory, { recursive: true });
  }

  async query<Row extends object>(text: string): Promise<Row[]> {
    const client = new Client({ connectionString: this.url() });
    client.on('error', () => {});
    await client.connect();
    try {
      return (await client.query<Row>(text)).rows;
    } finally {
      await client.end();
    }
  }

  private async run(): Promise<void> {
    const { directory, port } = this;
    const settings = {
      port,
      listen_addresses: '127.0.0.1',
      unix_socket_directories: directory,
      max_connections: 200,
      fsync: 'off',
    };
    const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const options = { ...ACCOUNT, cwd: directory, stdio: 'ignore' } as const;
    this.child = spawn('postgres', ['-D', directory, ...args], options);
    const answers = () => this.query('select 1').then(Boolean, () => false);
    await eventually('PostgreSQL answers', answers, { everyMs: 50 });
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.child!;
    child.kill(signal);
    await once(child, 'exit');
  }
}

function idOf(option: string): number {
  return Number(execFileSync('id', [option, 'postgres'], { encoding: 'utf8' }));
}
