import type { JobStatus, LiveEvent } from '@filemill/sdk';
import { applyEvent, applyToPage, newer, type JobFilter, type JobPages } from './jobs-cache';

const job = (id: string, more: Partial<JobStatus> = {}): JobStatus => ({
  job_id: id,
  file_id: `f${id}`,
  filename: `${id}.txt`,
  status: 'pending',
  processor: 'text',
  options: {},
  priority: 'normal',
  progress: 0,
  attempt: 0,
  result: null,
  error: null,
  artifacts: [],
  created_at: '2026-11-22T12:00:00.000Z',
  started_at: null,
  finished_at: null,
  processing_time: null,
  expires_at: null,
  ...more,
});
const list = (...pages: string[][]): JobPages => ({
  pages: pages.map((ids, index) => ({
    items: ids.map((id) => job(id)),
    nextCursor: index === pages.length - 1 ? undefined : 'next',
  })),
  pageParams: [],
});
const event = (data: JobStatus): LiveEvent => ({ event: 'job.started', data });
const idsAfter = (pages: JobPages, live: LiveEvent, filter: JobFilter = {}) =>
  applyEvent(pages, live, filter).pages.map(({ items }) => items.map(({ job_id }) => job_id).join(''));

describe('applyEvent', () => {
  it('changes a job where it is', () => {
    const changed = applyEvent(list(['4', '3'], ['2']), event(job('3', { progress: 0.5 })), {});
    expect(changed.pages[0].items[1].progress).toBe(0.5);
  });

  it.each([
    ['at the top', '9', ['943', '2']],
    ['between', '35', ['4353', '2']],
    ['at the end of everything', '1', ['43', '21']],
  ])('puts a new job %s', (_, id, ids) => {
    expect(idsAfter(list(['4', '3'], ['2']), event(job(id)))).toEqual(ids);
  });

  it('leaves a job beyond what is loaded to its page', () => {
    const pages: JobPages = { pages: [{ items: [job('4')], nextCursor: 'more' }], pageParams: [] };
    expect(idsAfter(pages, event(job('1')))).toEqual(['4']);
  });

  it('shows only what the filter lets through', () => {
    expect(idsAfter(list(['4', '3']), event(job('9')), { filename: 'y' })).toEqual(['43']);
    expect(idsAfter(list(['4', '3']), event(job('9')), { filename: '9.T' })).toEqual(['943']);
    expect(idsAfter(list(['4', '3']), event(job('3')), { status: 'completed' })).toEqual(['4']);
  });

  it('keeps what the service has found, and adds nothing, by what jobs do not tell', () => {
    const filter: JobFilter = { tag: 'invoice' };
    expect(idsAfter(list(['4']), event(job('9')), filter)).toEqual(['4']);
    const changed = applyEvent(list(['4']), event(job('4', { status: 'completed' })), filter);
    expect(changed.pages[0].items[0].status).toBe('completed');
    expect(idsAfter(list(['4']), event(job('4')), { ...filter, status: 'completed' })).toEqual(['']);
  });

  it('removes what was deleted', () => {
    expect(idsAfter(list(['4', '3']), { event: 'job.deleted', data: { job_id: '4' } })).toEqual(['3']);
  });
});

describe('applyToPage', () => {
  const page = { items: [job('3')], nextCursor: undefined };
  const after = (id: string, isFirst: boolean) =>
    applyToPage(page, event(job(id, { progress: 0.5 })), {}, isFirst)
      .items.map(({ job_id }) => job_id)
      .join('');

  it('has the first page take what is new, and no other', () => {
    expect([after('9', true), after('9', false)]).toEqual(['93', '3']);
  });

  it('changes what is on the page', () => {
    expect(applyToPage(page, event(job('3', { progress: 0.5 })), {}, false).items[0].progress).toBe(0.5);
  });
});

describe('newer', () => {
  const done = job('1', { status: 'completed', attempt: 1 });
  it.each([
    ['progress that comes late', job('1', { status: 'processing', attempt: 1 }), done],
    ['an earlier attempt', job('1', { status: 'failed', attempt: 0 }), done],
  ])('is not %s', (_, late, expected) => expect(newer(done, late)).toBe(expected));

  it('is another attempt', () => {
    const again = job('1', { status: 'processing', attempt: 2 });
    expect(newer(done, again)).toBe(again);
  });
});
