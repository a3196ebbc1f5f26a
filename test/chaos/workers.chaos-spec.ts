import { join } from 'node:path';
import { Client } from '../support/client';
import { eventually } from '../support/eventually';
import { Fleet } from './fleet';

const PROCESSORS_HOOK = join(__dirname, '..', 'crash', 'hooks', 'processors.js');
const JOBS = 60;

describe('workers', () => {
  let fleet: Fleet;
  beforeAll(async () => {
    fleet = await Fleet.create({ hooks: [PROCESSORS_HOOK] });
    await fleet.add('api', 1);
  });
  afterAll(() => fleet.remove());

  /** Of jobs that wait half a second each, two at a time in a worker: the time from the first begin to the last end. */
  async function jobsPerSecond(workers: number): Promise<number> {
    await fleet.postgres.query(`insert into task_pauses (kind) values ('process-job')`);
    const client = new Client(fleet.alive('api')[0].url);
    const files = Array.from({ length: JOBS }, (_, i) => client.upload(`${i}`, { filename: `${i}.slow` }));
    const ids = (await Promise.all(files)).map(({ job_id }) => `'${job_id}'`);
    await fleet.add('worker', workers);
    await fleet.postgres.query('delete from task_pauses');
    const read = `select count(finished_at)::int as ended, max(finished_at) - min(started_at) as ms
                  from jobs where job_id in (${ids.join()})`;
    let ms = 0;
    await eventually('all jobs are done', async () => {
      const [row] = await fleet.postgres.query<{ ended: number; ms: string }>(read);
      ms = Number(row.ms);
      return row.ended === JOBS;
    });
    await fleet.terminate('worker');
    return (JOBS * 1000) / ms;
  }

  it('are worth twice as much when there are twice as many', async () => {
    const rates = new Map<number, number>();
    for (const workers of [1, 2, 4]) rates.set(workers, await jobsPerSecond(workers));
    const ratio = (workers: number) => rates.get(workers)! / rates.get(1)!;
    const figures = [...rates].map(([workers, rate]) => `${workers}: ${rate.toFixed(1)}/s`).join(', ');
    process.stdout.write(
      `workers and jobs: ${figures}; ratios ${ratio(2).toFixed(2)} and ${ratio(4).toFixed(2)}\n`,
    );
    expect(ratio(2)).toBeGreaterThan(1.7);
    expect(ratio(4)).toBeGreaterThan(ratio(2));
  });
});
