import { isSettled, JOB_STATUSES, TRANSITIONS, type JobState } from './job';

const transitions = Object.values(TRANSITIONS) as { from: readonly JobState[]; to: JobState }[];

function reachable(start: JobState): Set<JobState> {
  const seen = new Set<JobState>([start]);
  for (const state of seen) {
    for (const { from, to } of transitions) if (from.includes(state)) seen.add(to);
  }
  return seen;
}

describe('the lifecycle', () => {
  it('leads from pending to every status', () => {
    expect([...reachable('pending')].toSorted()).toEqual([...JOB_STATUSES].toSorted());
  });

  it('leads from every unsettled status to each settled one', () => {
    for (const state of JOB_STATUSES.filter((status) => !isSettled(status))) {
      expect([...reachable(state)]).toEqual(expect.arrayContaining(['completed', 'failed', 'cancelled']));
    }
  });

  it('has no way out of completed, and out of failed and cancelled only by retry', () => {
    const leaving = (state: JobState) =>
      Object.entries(TRANSITIONS)
        .filter(([, { from }]) => (from as readonly JobState[]).includes(state))
        .map(([name]) => name);
    expect(leaving('completed')).toEqual([]);
    expect(leaving('failed')).toEqual(['retry']);
    expect(leaving('cancelled')).toEqual(['retry']);
  });

  it('never leaves a status to arrive at it', () => {
    for (const { from, to } of transitions) expect(from).not.toContain(to);
  });
});
