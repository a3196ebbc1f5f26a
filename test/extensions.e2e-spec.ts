import { Controller, Get, Injectable, Module } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { ApiOperation, ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  Caller,
  Database,
  DomainError,
  InProcessProcessor,
  Integer,
  JobCompleted,
  JobsModule,
  JobsService,
  Problem,
  type Extension,
  type InProcessInput,
  type Migrations,
  type Owner,
} from '@app/plugin-api';
import { ManualClock } from '@app/platform/clock/manual.clock';
import { IsIn, IsInt, IsOptional, Max } from 'class-validator';
import { readFile } from 'node:fs/promises';
import { startApp, type TestApp, type TestAppOptions } from './support/app';
import { Client, waitFor } from './support/client';
import { expectProblem } from './support/problem';
import { testProcessor } from './support/test-processors';

class ShoutSettings {
  @Integer()
  @IsInt()
  @Max(3)
  readonly SHOUT_MARKS: number = 1;
}

class ShoutOptions {
  @IsOptional()
  @IsIn(['!', '?'])
  @ApiPropertyOptional({ enum: ['!', '?'], example: '!' })
  mark: string = '!';
}

class ShoutResult {
  @ApiProperty({ enum: ['shout'], example: 'shout' })
  processor!: 'shout';

  @ApiProperty({ example: 'HELLO!' })
  shout!: string;

  @ApiProperty({ minimum: 0, example: 0.1 })
  processing_time!: number;
}

@Problem({ code: 'nothing_to_shout', status: 422, title: 'Nothing to shout', meaning: 'The file is empty.' })
class NothingToShout extends DomainError {}

type ShoutTables = { shouts: { job_id: string; owner: string; shout: string } };

const migrations: Migrations = {
  '0001-shouts': {
    async up(db) {
      await db.schema
        .createTable('shouts')
        .addColumn('job_id', 'text', (column) => column.primaryKey())
        .addColumn('owner', 'text', (column) => column.notNull())
        .addColumn('shout', 'text', (column) => column.notNull())
        .execute();
    },
  },
};

/** Runs beside the event loop of the service, with whatever is injected. */
@Injectable()
class ShoutProcessor extends InProcessProcessor<object, ShoutOptions> {
  override readonly name = 'shout';
  override readonly description = 'Says it louder.';
  override readonly accepts = [
    { extension: '.txt', mediaType: 'text/plain', content: 'text' as const },
    { extension: '.shout', mediaType: 'text/plain', content: 'text' as const },
  ];
  override readonly result = ShoutResult;
  override readonly options = ShoutOptions;

  /** How many runs have begun. */
  begun = 0;

  constructor(private readonly settings: ShoutSettings) {
    super();
  }

  override async run({ path, options, signal, progress, artifact }: InProcessInput<ShoutOptions>) {
    const text = (await readFile(path, 'utf8')).trim();
    this.begun++;
    if (text === '') throw new NothingToShout('The file has no text.');
    progress(0.5);
    if (text === 'deaf') await new Promise(() => {}); // and never looks at its signal
    if (text === 'waiting') await new Promise((_, reject) => signal.addEventListener('abort', reject));
    if (text === 'broken') throw new Error('no reason of the file');
    const shout = text.toUpperCase() + options.mark.repeat(this.settings.SHOUT_MARKS);
    await artifact('shout.txt', 'text/plain', Buffer.from(shout));
    return { processor: 'shout' as const, shout };
  }
}

@Injectable()
class ShoutLog {
  constructor(
    private readonly database: Database,
    private readonly jobs: JobsService,
  ) {}

  @OnEvent(JobCompleted.type)
  async onJobCompleted({ job }: JobCompleted): Promise<void> {
    if (job.processor !== 'shout') return;
    const { shout } = (await this.jobs.result(job.owner, job.jobId)) as ShoutResult;
    await this.database.transaction((queries) =>
      queries
        .withTables<ShoutTables>()
        .insertInto('shouts')
        .values({ job_id: job.jobId, owner: job.owner, shout })
        .execute(),
    );
  }

  async of(owner: Owner): Promise<string[]> {
    const rows = await this.database.committed
      .withTables<ShoutTables>()
      .selectFrom('shouts')
      .select('shout')
      .where('owner', '=', owner)
      .execute();
    return rows.map(({ shout }) => shout);
  }
}

@Controller('shouts')
class ShoutController {
  constructor(private readonly log: ShoutLog) {}

  @Get()
  @ApiOperation({ operationId: 'listShouts', summary: 'What was shouted' })
  list(@Caller() owner: Owner): Promise<string[]> {
    return this.log.of(owner);
  }
}

@Module({ imports: [JobsModule], controllers: [ShoutController], providers: [ShoutProcessor, ShoutLog] })
class ShoutModule {}

const shout: Extension = { name: 'shout', module: ShoutModule, settings: ShoutSettings, migrations };

describe('an extension', () => {
  let service: TestApp;
  let client: Client;
  const start = async (options: TestAppOptions = {}) => {
    service = await startApp({ extensions: [shout], ...options });
    client = new Client(service.url);
  };
  const shouted = async (text: string, fields = {}) => client.upload(text, { filename: 'a.shout', fields });
  afterEach(() => service.close());

  it('brings a processor, its settings, routes, listeners and tables', async () => {
    await start({ environment: { SHOUT_MARKS: '3' } });
    const { job_id } = await shouted('hello');
    expect(await client.settled(job_id)).toMatchObject({
      status: 'completed',
      processor: 'shout',
      result: { processor: 'shout', shout: 'HELLO!!!', processing_time: expect.any(Number) },
      artifacts: [{ name: 'shout.txt', content_type: 'text/plain', size_bytes: 8 }],
    });
    const list = async () => (await client.send('/shouts')).ok().json<string[]>();
    expect(await waitFor(list, (shouts) => shouts.length > 0)).toEqual(['HELLO!!!']);
  });

  it('shows in the OpenAPI document and among the processors', async () => {
    await start();
    const { paths, components } = (await client.send('/docs-json')).json<{
      paths: object;
      components: { schemas: Record<string, { oneOf?: object[] }> };
    }>();
    expect(paths).toHaveProperty('/shouts');
    expect(components.schemas).toMatchObject({ ShoutOptions: {}, ShoutResult: {} });
    expect(components.schemas['Result'].oneOf).toContainEqual({ $ref: '#/components/schemas/ShoutResult' });
    const processors = (await client.send('/processors')).json<{ name: string }[]>();
    expect(processors.find(({ name }) => name === 'shout')).toMatchObject({
      by_default: true,
      result_schema: '/docs-json#/components/schemas/ShoutResult',
      options_schema: '/docs-json#/components/schemas/ShoutOptions',
    });
  });

  it('is chosen before what comes with the service, unless it is for request only', async () => {
    await start({ processors: [testProcessor('wishing', { byDefault: false, accepts: [TXT] })] });
    expect((await client.job((await client.upload('a')).job_id)).processor).toBe('shout');
    const asked = await client.upload('a', { fields: { processor: 'wishing' } });
    expect(await client.settled(asked.job_id)).toMatchObject({ result: { processor: 'wishing' } });
    const text = await client.upload('a', { fields: { processor: 'text' } });
    expect(await client.settled(text.job_id)).toMatchObject({ result: { processor: 'text' } });
  });

  it('keeps a record of its migrations of its own: it may come later, go, and come back', async () => {
    const first = await startApp();
    await new Client(first.url).upload('before');
    await first.app.close();
    for (const extensions of [[shout], [], [shout]]) {
      const { app } = await startApp({ dataDir: first.dataDir, extensions });
      await app.close();
    }
    await start({ dataDir: first.dataDir });
    expect(await client.jobs()).toHaveLength(1);
    await service.close();
    service = first;
  });

  it('is refused with settings that break its rules', async () => {
    await start();
    const environment = { SHOUT_MARKS: '9' };
    await expect(startApp({ extensions: [shout], environment })).rejects.toThrow(/SHOUT_MARKS is 9/);
  });

  it.each([
    ['Shout It', [{ ...shout, name: 'Shout It' }], "'Shout It' is no name for an extension"],
    ['the same twice', [shout, shout], "Two extensions are called 'shout'"],
  ])('is refused when it is called %s', async (_, extensions, message) => {
    await start();
    await expect(startApp({ extensions })).rejects.toThrow(message);
  });
});

const TXT = { extension: '.txt', mediaType: 'text/plain', content: 'text' } as const;

describe('a processor in the process of the service', () => {
  let service: TestApp;
  let client: Client;
  const clock = new ManualClock();
  const environment = { JOB_TIMEOUT_SECONDS: '5', JOB_MAX_ATTEMPTS: '1' };
  const upload = (text: string) => client.upload(text, { filename: 'a.shout' });
  const running = async (text: string) => {
    const processor = service.app.get(ShoutProcessor);
    const before = processor.begun;
    const { job_id } = await upload(text);
    await waitFor(() => processor.begun > before);
    return job_id;
  };
  beforeAll(async () => {
    service = await startApp({ clock, environment, extensions: [shout] });
    client = new Client(service.url);
  });
  afterAll(() => service.close());

  it('fails a job for good with an error of its own', async () => {
    expect(await client.settled((await upload(' ')).job_id)).toMatchObject({
      status: 'failed',
      attempt: 1,
      error: { code: 'nothing_to_shout', status: 422 },
    });
  });

  it('gives a job up after a fault that is nobody’s', async () => {
    expect(await client.settled((await upload('broken')).job_id)).toMatchObject({
      status: 'failed',
      error: { code: 'processing_failed' },
    });
  });

  it.each(['waiting', 'deaf'])('is let go when its job is cancelled: %s', async (text) => {
    const job_id = await running(text);
    expect((await client.act(job_id, 'cancel')).json()).toMatchObject({ status: 'cancelled' });
    expect(await client.settled((await upload('next')).job_id)).toMatchObject({ status: 'completed' });
  });

  it.each(['waiting', 'deaf'])('is let go when its time is over: %s', async (text) => {
    const job_id = await running(text);
    clock.advance(5_000);
    expect(await client.settled(job_id)).toMatchObject({
      status: 'failed',
      error: { code: 'processing_timeout' },
    });
  });
});

describe('options', () => {
  let service: TestApp;
  let client: Client;
  beforeAll(async () => {
    service = await startApp({ extensions: [shout] });
    client = new Client(service.url);
  });
  afterAll(() => service.close());

  it('reach the processor and stay with the job', async () => {
    const fields = { options: '{"mark":"?"}' };
    const { job_id, file_id } = await client.upload('really', { filename: 'a.shout', fields });
    expect(await client.settled(job_id)).toMatchObject({
      options: { mark: '?' },
      result: { shout: 'REALLY?' },
    });
    const again = (await client.sendJson('/jobs', { file_id, options: { mark: '!' } })).ok();
    expect(again.json()).toMatchObject({ options: { mark: '!' } });
    const plain = (await client.sendJson('/jobs', { file_id })).ok();
    expect(plain.json()).toMatchObject({ options: { mark: '!' } });
  });

  it.each([
    ['{"mark":"#"}', 'options.mark'],
    ['{"volume":11}', 'options.volume'],
    ['[]', 'options'],
    ['{', 'options'],
    ['7', 'options'],
  ])('are refused when they are %s, and nothing is stored', async (options, field) => {
    const before = (await client.files()).length;
    const answer = await client.sendUpload('x', { filename: 'a.shout', fields: { options } });
    const problem = expectProblem(answer, { status: 422, code: 'validation_failed' });
    expect(problem.errors).toContainEqual({ field, message: expect.any(String) });
    expect(await client.files()).toHaveLength(before);
  });

  it('are refused by a processor that takes none', async () => {
    const fields = { options: '{"mark":"!"}', processor: 'text' };
    expectProblem(await client.sendUpload('x', { fields }), { status: 422, code: 'validation_failed' });
  });

  it.each([null, undefined])('may be left out: %s', async (options) => {
    const { file_id } = await client.upload('x', { filename: 'a.shout' });
    const answer = await client.sendJson('/jobs', { file_id, options, processor: null });
    expect(answer.ok().json()).toMatchObject({ options: { mark: '!' } });
  });
});
