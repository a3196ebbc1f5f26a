import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { RedisServer } from '../../src/platform/redis/redis-server.harness';
import { ChildServer } from '../support/child-server';
import { PostgresServer } from './postgres-server';
import { TcpProxy } from './tcp-proxy';

export type Role = 'api' | 'worker';

/** A place in the fleet: its process is another one after each kill. */
export interface Member {
  readonly role: Role;
  /** Undefined while it is dead. */
  server: ChildServer | undefined;
}

export interface FleetOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly hooks?: readonly string[];
}

/** Processes of the service, and what they share: PostgreSQL and Redis behind proxies, and a directory of files. */
export class Fleet {
  readonly members: Member[] = [];
  private readonly starting = new Set<Promise<void>>();

  private constructor(
    readonly postgres: PostgresServer,
    readonly redis: RedisServer,
    readonly toPostgres: TcpProxy,
    readonly toRedis: TcpProxy,
    readonly dataDir: string,
    private readonly options: FleetOptions,
  ) {}

  static async create(options: FleetOptions = {}): Promise<Fleet> {
    const [postgres, redis] = await Promise.all([PostgresServer.start(), RedisServer.start()]);
    const toPostgres = await TcpProxy.to(postgres.port);
    const toRedis = await TcpProxy.to(Number(new URL(redis.url).port));
    const dataDir = mkdtempSync(join(tmpdir(), 'filemill-chaos-'));
    return new Fleet(postgres, redis, toPostgres, toRedis, dataDir, options);
  }

  /** Resolves when all of them answer. */
  async add(role: Role, count: number, environment: Readonly<Record<string, string>> = {}): Promise<void> {
    const members = Array.from({ length: count }, (): Member => ({ role, server: undefined }));
    this.members.push(...members);
    await Promise.all(members.map((member) => this.launch(member, environment)));
  }

  alive(role: Role): ChildServer[] {
    return this.members.flatMap((member) => (member.role === role && member.server ? [member.server] : []));
  }

  /** Kills one of several; another takes its place as soon as it can. */
  async kill(role: Role, random: () => number): Promise<void> {
    const candidates = this.members.filter((member) => member.role === role && member.server);
    const victim = candidates[Math.floor(random() * candidates.length)];
    if (candidates.length < 2) return; // the others are still on their way back
    const { server } = victim;
    victim.server = undefined;
    await server!.kill();
    const launched = this.launch(victim).finally(() => this.starting.delete(launched));
    this.starting.add(launched);
  }

  /** Resolves when every member answers. */
  async complete(): Promise<void> {
    while (this.starting.size > 0) await Promise.all(this.starting);
  }

  /** Ends them as a rolling restart does; resolves with their exit codes. */
  async terminate(role: Role): Promise<(number | null)[]> {
    const leaving = this.members.filter((member) => member.role === role);
    for (const member of leaving) this.members.splice(this.members.indexOf(member), 1);
    const exits = await Promise.all(leaving.map(({ server }) => server!.terminate()));
    return exits.map(({ code }) => code);
  }

  async remove(): Promise<void> {
    await ChildServer.killAll();
    await Promise.all([this.toPostgres.close(), this.toRedis.close()]);
    await Promise.all([this.postgres.remove(), this.redis.remove()]);
    rmSync(this.dataDir, { recursive: true });
  }

  /** Who starts while the database is away ends with an error; whoever runs services starts it again. */
  private async launch(member: Member, environment: Readonly<Record<string, string>> = {}): Promise<void> {
    for (;;) {
      const server = ChildServer.spawn({
        dataDir: this.dataDir,
        hooks: this.options.hooks,
        environment: {
          ROLE: member.role,
          DATABASE_URL: this.postgres.url(this.toPostgres.port),
          DATABASE_POOL_SIZE: '8',
          REDIS_URL: `redis://127.0.0.1:${this.toRedis.port}`,
          RATE_LIMITS: 'off',
          ...this.options.environment,
          ...environment,
        },
      });
      const isUp = await server.listening().then(
        () => true,
        () => false,
      );
      if (isUp) {
        member.server = server;
        return;
      }
      await server.kill();
      await setTimeout(200);
    }
  }
}
