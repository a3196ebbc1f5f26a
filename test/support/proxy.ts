import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../src/platform/http/free-port.harness';
import { eventually } from './eventually';
import { DEPLOY } from './manifests';

const NGINX = ['nginx', '/usr/sbin/nginx'].find(isProgram);

/** nginx with the configuration of `deploy/`, in front of instances of a test. */
export class Proxy {
  private constructor(
    /** Without a slash at the end. */
    readonly url: string,
    private readonly child: ChildProcess,
    private readonly directory: string,
  ) {}

  /** Throws what `nginx -t` says of the configuration as it is, but for where temporary files go. */
  static check(): void {
    const directory = makeDirectory();
    try {
      execFileSync(program(), argumentsOf(directory, (text) => text).concat('-t'), { stdio: 'pipe' });
    } finally {
      rmSync(directory, { recursive: true });
    }
  }

  /** Instances are found by name in `deploy/`; here they are told. */
  static async start(instances: readonly string[]): Promise<Proxy> {
    const port = await freePort();
    const servers = instances.map((url) => `server ${new URL(url).host} max_fails=0;`).join(' ');
    const directory = makeDirectory();
    const configured = argumentsOf(directory, (text) =>
      text
        .replace('listen 8080;', `listen 127.0.0.1:${port};`)
        .replace('http://api:3000;', 'http://instances;')
        .replace(/^ {2}server \{/m, `  upstream instances { ${servers} }\n$&`),
    );
    const log = openSync(join(directory, 'error.log'), 'w');
    const child = spawn(program(), [...configured, '-g', 'daemon off;'], { stdio: ['ignore', log, log] });
    closeSync(log);
    const proxy = new Proxy(`http://127.0.0.1:${port}`, child, directory);
    await eventually('the proxy listens', () => {
      if (child.exitCode !== null) throw new Error(readFileSync(join(directory, 'error.log'), 'utf8'));
      return fetch(proxy.url).then(
        () => true,
        () => false,
      );
    });
    return proxy;
  }

  async close(): Promise<void> {
    this.child.kill('SIGTERM');
    if (this.child.exitCode === null) await once(this.child, 'exit');
    rmSync(this.directory, { recursive: true });
  }
}

function program(): string {
  if (NGINX === undefined) throw new Error('There is no nginx: apt-get install nginx-light');
  return NGINX;
}

function isProgram(path: string): boolean {
  try {
    execFileSync(path, ['-v'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Its workers have a user of their own. */
function makeDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'filemill-proxy-'));
  chmodSync(directory, 0o777);
  return directory;
}

function argumentsOf(directory: string, change: (text: string) => string): string[] {
  const file = join(directory, 'nginx.conf');
  const text = readFileSync(join(DEPLOY, 'nginx.conf'), 'utf8').replaceAll('/tmp/', `${directory}/`);
  writeFileSync(file, change(text));
  return ['-c', file, '-e', 'stderr'];
}
