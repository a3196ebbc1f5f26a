import { Ids } from '../clock/ids';
import { ManualClock } from '../clock/manual.clock';
import { TestDatabase } from '../database/databases.harness';
import { EmbeddedTaskQueue } from './embedded.task-queue';
import { taskQueueContract, type TaskQueueHarness } from './task-queue.contract';
import { taskMigrations } from './tasks.migrations';
import { TasksRepository } from './tasks.repository';

const LEASE_MS = 30_000;
const databases: TestDatabase[] = [];

async function create(): Promise<TaskQueueHarness> {
  const tests = await TestDatabase.create();
  databases.push(tests);
  const database = await tests.open(taskMigrations);
  const clock = new ManualClock();
  const options = { leaseMs: LEASE_MS, random: () => 0.5 };
  const createQueue = () =>
    new EmbeddedTaskQueue(database, new TasksRepository(), clock, new Ids(clock), options);
  return { database, clock, createQueue, leaseMs: LEASE_MS };
}
afterEach(() => Promise.all(databases.splice(0).map((tests) => tests.remove())));

taskQueueContract(create);
