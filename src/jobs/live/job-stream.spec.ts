import { fileMigrations } from '../../files/files.repository';
import { filesOf, storedFile } from '../../files/files.harness';
import type { Database } from '../../platform/database/database';
import { TestDatabase } from '../../platform/database/databases.harness';
import type { EventStream, StreamedEvent } from '../../platform/http/event-stream';
import { jobWith } from '../jobs.harness';
import { jobMigrations } from '../jobs.migrations';
import { JobSettledHooks } from '../job-settled-hook';
import { JobsRepository } from '../jobs.repository';
import { JobHistory } from './job-history';
import { JobStream } from './job-stream';
import type { Transition } from './transition';
import { TransitionsRepository } from './transitions.repository';

/** A connection whose client reads when it is told to. */
class Connection {
  readonly sent: string[] = [];
  isOpen = true;
  isBlocked = false;
  private wake: () => void = () => {};

  send({ event, id = 'without id' }: StreamedEvent): void {
    this.sent.push(`${event} ${id}`);
  }
  beat(): void {}
  end(): void {
    this.isOpen = false;
  }
  drained(): Promise<void> {
    return this.isBlocked ? new Promise((resolve) => (this.wake = resolve)) : Promise.resolve();
  }
  read(): void {
    this.isBlocked = false;
    this.wake();
  }
}

/** Lets something happen between a read and what is made of it. */
class Interrupted extends JobHistory {
  meanwhile: (() => Promise<void>) | undefined;

  override async after(...query: Parameters<JobHistory['after']>): Promise<Transition[]> {
    const transitions = await super.after(...query);
    const { meanwhile } = this;
    this.meanwhile = undefined;
    await meanwhile?.();
    return transitions;
  }
}

describe('JobStream', () => {
  let tests: TestDatabase;
  let database: Database;
  let jobs: JobsRepository;
  let history: Interrupted;
  let connection: Connection;
  let stream: JobStream;

  beforeEach(async () => {
    tests = await TestDatabase.create();
    database = await tests.open({ ...fileMigrations, ...jobMigrations });
    jobs = new JobsRepository(database, new JobSettledHooks());
    history = new Interrupted(new TransitionsRepository(database), jobs);
    connection = new Connection();
    stream = new JobStream({ owner: 'ann' }, connection as unknown as EventStream, history, 0);
    await database.transaction((queries) => filesOf(database).insert(queries, storedFile()));
  });
  afterEach(async () => {
    await tests.remove();
  });

  /** Adds a job and offers that to the stream. */
  async function happen(jobId: string): Promise<void> {
    const job = jobWith({ jobId, createdAt: 1 });
    const before = await history.now();
    await database.transaction((queries) => jobs.insert(queries, job));
    const transitions = await new TransitionsRepository(database).after(before, 10);
    for (const event of await history.tell(transitions)) stream.offer(event);
  }

  const queued = (...seqs: number[]) => seqs.map((seq) => `job.queued ${seq}`);

  it('tells once what happens while it reads what happened before', async () => {
    await happen('one');
    history.meanwhile = () => happen('two');
    await stream.catchUp();
    expect(connection.sent).toEqual(queued(1, 2));
    await happen('three');
    expect(connection.sent).toEqual(queued(1, 2, 3));
  });

  it('does not tell again what it has read already', async () => {
    await happen('one');
    await stream.catchUp();
    const events = await history.tell(await history.after(0, 10));
    for (const event of events) stream.offer(event);
    expect(connection.sent).toEqual(queued(1));
  });

  it('holds nothing for those who do not read, and tells it when they do', async () => {
    await stream.catchUp();
    connection.isBlocked = true;
    for (const id of ['one', 'two', 'three']) await happen(id);
    expect(connection.sent.length).toBeLessThanOrEqual(1);
    connection.read();
    while (connection.sent.length < 3) await new Promise((resolve) => setImmediate(resolve));
    expect(connection.sent).toEqual(queued(1, 2, 3));
  });

  it('tells nothing to those who went away', async () => {
    await stream.catchUp();
    connection.isOpen = false;
    await happen('one');
    expect(connection.sent).toEqual([]);
  });

  it('ends when what happened cannot be read', async () => {
    history.meanwhile = () => Promise.reject(new Error('no database'));
    await stream.catchUp();
    expect(connection.isOpen).toBe(false);
  });
});
