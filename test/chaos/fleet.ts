import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { RedisServer } from '../../src/platform/redis/redis-server.harness';
import { S3Server, TestBucket } from '../../src/platform/storage/s3/s3-server.harness';
import { ChildServer } from '../support/child-server';
import { PostgresServer } from '../support/postgres-server';
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

/** Processes of the service, and what they share: PostgreSQL and Redis behind proxies, and a bucket. No disk. */
export class Fleet {
  readonly members: Member[] = [];
  private readonly starting = new Set<Promise<void>>();

  private constructor(
    readonly postgres: PostgresServer,
    readonly redis: RedisServer,
    readonly toPostgres: TcpProxy,
    readonly toRedis: TcpProxy,
    readonly bucket: TestBucket,
    private readonly s3: S3Server,
    /** Where each process has a directory of its own. */
    private readonly root: string,
    private readonly options: FleetOptions,
  ) {}

  static async create(options: FleetOptions = {}): Promise<Fleet> {
    const [postgres, redis, s3] = await Promise.all([
      PostgresServer.start(),
      RedisServer.start(),
      S3Server.start(),
    ]);
    const toPostgres = await TcpProxy.to(postgres.port);
    const toRedis = await TcpProxy.to(Number(new URL(redis.url).port));
    const bucket = await TestBucket.create(s3.url);
    const root = mkdtempSync(join(tmpdir(), 'filemill-chaos-'));
    return new Fleet(postgres, redis, toPostgres, toRedis, bucket, s3, root, options);
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
    await Promise.all([this.postgres.remove(), this.redis.remove(), this.s3.stop()]);
    rmSync(this.root, { recursive: true });
  }

  /** Who starts while the database is away ends with an error; whoever runs services starts it again. */
  private async launch(member: Member, environment: Readonly<Record<string, string>> = {}): Promise<void> {
    for (;;) {
      const server = ChildServer.spawn({
        dataDir: mkdtempSync(join(this.root, `${member.role}-`)),
        hooks: this.options.hooks,
        environment: {
          ROLE: member.role,
          DATABASE_URL: this.postgres.url(this.toPostgres.port),
          DATABASE_POOL_SIZE: '8',
          REDIS_URL: `redis://127.0.0.1:${this.toRedis.port}`,
          ...this.bucket.environment,
          JWT_SECRET: 'the same secret in every process of them',
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
