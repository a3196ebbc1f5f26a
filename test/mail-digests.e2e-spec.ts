import { DigestsSweeper } from '@app/notifications/digests/digests.sweeper';
import { DAY_MS } from '@app/platform/clock/durations';
import { ManualClock } from '@app/platform/clock/manual.clock';
import type { ReportDto } from '@app/reports/reports.dto';
import { keyOf, newUser } from './support/accounts';
import { startApp, type TestApp } from './support/app';
import { Client, waitFor } from './support/client';
import { expectProblem } from './support/problem';

const PATH = '/users/me/notifications';
/** A Sunday. */
const BEGIN = Date.UTC(2026, 0, 4, 12);

describe('digests', () => {
  let clock: ManualClock;
  let service: TestApp;
  let user: Client;
  beforeEach(async () => {
    clock = new ManualClock(BEGIN);
    service = await startApp({ clock });
    user = await keyOf(await newUser(service.url, 'ada')); // which does not end, as a session does
  });
  afterEach(() => service.close());

  const want = (changes: object) => user.sendJson(PATH, { job_finished_email: false, ...changes }, 'PUT');
  const process = async () => user.settled((await user.upload('x')).job_id);
  /** Two instances look at the same time. */
  const look = () => Promise.all([1, 2].map(() => service.app.get(DigestsSweeper).sweep()));
  const reports = async () => (await user.send('/reports')).ok().json<ReportDto[]>();

  it('are kept as wanted, and stay when something else is changed', async () => {
    const both = { job_finished_email: true, digest: 'weekly' };
    expect((await want({ digest: 'weekly' })).ok().json()).toEqual({ ...both, job_finished_email: false });
    expect((await want({ job_finished_email: true })).ok().json()).toEqual(both);
    expect((await user.send(PATH)).json()).toEqual(both);
    expectProblem(await want({ digest: 'hourly' }), { status: 422, code: 'validation_failed' });
  });

  it('come once when their period is over, of its jobs', async () => {
    await want({ digest: 'weekly' });
    await process();
    await process();
    await look();
    expect(await reports()).toEqual([]);
    clock.leap(DAY_MS);
    await want({ job_finished_email: true }); // which takes nothing back
    await process();
    await look();
    const [report] = await waitFor(reports, ([first]) => first?.status === 'completed');
    expect(report).toMatchObject({
      report_name: 'Jobs of the week from 2025-12-29',
      recipient_email: 'ada@example.org',
      from: '2025-12-29T00:00:00.000Z',
      to: '2026-01-05T00:00:00.000Z',
      mailed: true,
    });
    await look();
    expect(await reports()).toHaveLength(1);
    expect((await user.send(report.url!)).text).toContain('2 jobs');
  });

  it('do not come when there was no job, nor any more when they are not wanted', async () => {
    await want({ digest: 'daily' });
    clock.leap(DAY_MS);
    await look();
    await process();
    clock.leap(DAY_MS);
    await look();
    expect((await reports()).map(({ from }) => from)).toEqual(['2026-01-05T00:00:00.000Z']);
    await want({ digest: 'never' });
    await process();
    clock.leap(DAY_MS);
    await look();
    expect(await reports()).toHaveLength(1);
  });

  it('come also when the service was away as their period ended', async () => {
    await want({ digest: 'daily' });
    await process();
    await service.app.close();
    const late = new ManualClock(BEGIN + DAY_MS);
    const again = await startApp({ clock: late, dataDir: service.dataDir });
    user = new Client(again.url, user.headers);
    await again.app.get(DigestsSweeper).sweep();
    expect(await reports()).toMatchObject([{ from: '2026-01-04T00:00:00.000Z' }]);
    await again.close();
  });
});
