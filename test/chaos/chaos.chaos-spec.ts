import { Client } from '../support/client';
import { EventReader } from '../support/event-reader';
import { eventually } from '../support/eventually';
import { Fleet } from './fleet';
import { Uploads } from './uploads';

const UPLOADS = 2_400;
const CALLERS = 12;
/** Uploads answered between two blows: as fast as the machine is. */
const PER_BLOW = 80;

interface JobRow {
  readonly job_id: string;
  readonly status: string;
  readonly attempt: number;
  readonly words: number | null;
}

describe('two api processes and three workers, killed and cut off', () => {
  let fleet: Fleet;
  beforeAll(async () => {
    fleet = await Fleet.create({
      environment: { TASK_LEASE_SECONDS: '4', JOB_MAX_ATTEMPTS: '20', SWEEP_INTERVAL_SECONDS: '5' },
    });
    await fleet.add('api', 2);
    await fleet.add('worker', 3);
  });
  afterAll(() => fleet.remove());

  const seed = Number(process.env['CHAOS_SEED'] ?? Date.now() % 1_000_000);
  const random = randomOf(seed);
  const blows: Readonly<Record<string, () => unknown>> = {
    'worker killed': () => fleet.kill('worker', random),
    'api killed': () => fleet.kill('api', random),
    'Redis emptied': () => fleet.redis.flush(),
    'Redis restarted': () => fleet.redis.restart(),
    'Redis cut off': () => fleet.toRedis.cut(),
    'PostgreSQL cut off': () => fleet.toPostgres.cut(),
    'PostgreSQL restarted': () => fleet.postgres.restart(),
  };
  /** Workers and api processes more often. */
  const round = [...Object.keys(blows), 'worker killed', 'worker killed', 'api killed'];

  it('lose no upload that was answered, and record each result once', async () => {
    const begun = performance.now();
    const uploads = new Uploads(fleet, CALLERS);
    const struck: Record<string, number> = {};
    let left: string[] = [];
    for (let due = PER_BLOW; due <= UPLOADS; due += PER_BLOW) {
      await eventually('uploads are answered', () => uploads.answered.size >= due);
      if (left.length === 0) left = shuffled(round, random);
      const blow = left.pop()!;
      struck[blow] = (struck[blow] ?? 0) + 1;
      await blows[blow]();
    }
    await uploads.stop();
    await fleet.complete();
    const uploaded = performance.now();
    await eventually('every job is settled', isAllSettled, { ms: 120_000, everyMs: 200 });
    const settled = performance.now();

    const jobs = await fleet.postgres.query<JobRow>(
      `select job_id, status, attempt, (result::json ->> 'word_count')::int as words from jobs`,
    );
    const byId = new Map(jobs.map((job) => [job.job_id, job]));
    const wrong = [...uploads.answered].filter(([jobId, words]) => {
      const job = byId.get(jobId);
      return job?.status !== 'completed' || job.words !== words;
    });
    const ends = await fleet.postgres.query<{ job_id: string }>(
      `select job_id from job_transitions where type in ('completed', 'failed', 'cancelled')
       group by job_id having count(*) <> 1`,
    );
    process.stdout.write(
      `chaos, seed ${seed}: ${uploads.answered.size} uploads answered in ${seconds(uploaded - begun)}, ` +
        `${uploads.refused} refused, ${uploads.unanswered} unanswered; all ${jobs.length} jobs settled ` +
        `${seconds(settled - uploaded)} later, ${jobs.filter(({ attempt }) => attempt > 1).length} of them after ` +
        `more than one run. ${JSON.stringify(struck)}\n`,
    );
    expect(wrong).toEqual([]);
    expect(ends).toEqual([]);
    expect(jobs.every(({ status }) => status === 'completed')).toBe(true);
  });

  it('serve what they have: the end of a job of one api process and any worker is heard at the other', async () => {
    const [here, there] = fleet.alive('api');
    const reader = await EventReader.open(`${here.url}/jobs/events`);
    const { job_id } = await new Client(there.url).upload('one two three\n');
    const { data } = await reader.until(
      ({ event, data: job }) => event === 'job.completed' && job.job_id === job_id,
    );
    expect(data).toMatchObject({ status: 'completed', result: { word_count: 3 } });
    await reader.close();
    const [job] = await new Client(here.url).jobs('?limit=1');
    expect(job).toEqual(await new Client(there.url).job(job_id));
  });

  it('leave no blob that nobody owns, and no task', async () => {
    expect(await fleet.terminate('api')).toEqual([0, 0]);
    expect(await fleet.terminate('worker')).toEqual([0, 0, 0]);
    await fleet.add('worker', 1, { SWEEP_GRACE_SECONDS: '0', SWEEP_INTERVAL_SECONDS: '1' });
    const files = await fleet.postgres.query<{ blob_key: string }>('select blob_key from files');
    const owned = files.map((file) => file.blob_key).toSorted();
    await eventually('what nobody owns is swept', async () => (await blobs()).length <= owned.length);
    expect(await blobs()).toEqual(owned);
    const isDone = async () => (await fleet.bucket.openUploads()).length === 0;
    await eventually('nothing unfinished is left', isDone);
    expect(await fleet.postgres.query('select * from tasks')).toEqual([]);
  });

  async function isAllSettled(): Promise<boolean> {
    const [{ open }] = await fleet.postgres.query<{ open: string }>(
      `select count(*) as open from jobs where status in ('pending', 'processing')`,
    );
    return Number(open) === 0;
  }

  async function blobs(): Promise<string[]> {
    const keys = [...(await fleet.bucket.objects()).keys()];
    return keys.map((key) => key.replace(/^blobs\//, '')).toSorted();
  }
});

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

/** Mulberry32: the same blows again for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const keyed = items.map((item) => [random(), item] as const);
  return keyed.toSorted(([a], [b]) => a - b).map(([, item]) => item);
}
