import type { Limits, UploadResponse } from '@filemill/sdk';
import { filemill } from '../api/client';
import { jobEvents } from '../api/live';
import { troubleOf, type Trouble } from '../api/problems';
import { announce } from '../ui/announcer';
import { newId } from '../ui/new-id';
import { Store } from '../ui/store';
import type { ResumableUploads } from './resumable-uploads';
import { refusalOf, type UploadFields, type UploadItem, type UploadMode } from './upload-item';

/** For how long an answer is waited for, in seconds; the service waits no longer. */
export const WAIT_SECONDS = 60;

/** The files that were handed in on this page, the newest first. */
export const uploads = new Store<readonly UploadItem[]>([]);

/** A job that is deleted leaves nothing to look at. */
jobEvents.listen(({ event, data }) => {
  const item = uploads.get().find(({ jobId }) => jobId === data.job_id);
  if (event === 'job.deleted' && item) void dismiss(item);
});

/** Whoever leaves ends what is being sent, so the browser asks first. What the service fetches it fetches without them. */
window.addEventListener('beforeunload', (event) => {
  const isSent = uploads.get().some(({ state, sizeBytes }) => state === 'sending' && sizeBytes !== undefined);
  if (isSent) event.preventDefault();
});

export interface Handover {
  readonly mode: UploadMode;
  readonly fields: UploadFields;
  readonly limits: Limits | undefined;
}

/** Ends the requests that are waited for. */
const waits = new Map<string, AbortController>();
/** Sends again what was waited for. */
const attempts = new Map<string, () => Promise<void>>();
/** What every door answers; how long it took is told of what was sent. */
type Answer = Pick<UploadResponse, 'job_id'> & Partial<Pick<UploadResponse, 'upload_time_ms'>>;

type Send = (headers: Record<string, string>, signal: AbortSignal) => Promise<Answer>;

let resumable: Promise<ResumableUploads> | undefined;

/** What sends in pieces is large, so it comes when somebody is about to need it. */
export function prepareUploads(): Promise<ResumableUploads> {
  resumable ??= import('./resumable-uploads').then(({ ResumableUploads }) => new ResumableUploads(change));
  resumable.catch(() => (resumable = undefined)); // it is asked for again
  return resumable;
}

/** Hands in files as the caller chose. */
export function handIn(files: readonly File[], { mode, fields, limits }: Handover): void {
  for (const file of files) {
    const item = add({ name: file.name, sizeBytes: file.size, mode });
    const refusal = refusalOf(file, limits);
    if (refusal) fail(item, refusal);
    else if (mode === 'wait')
      void begin(item, (headers, signal) => filemill.upload({ body: { file, ...fields }, headers, signal }));
    else
      prepareUploads()
        .then((uppy) => uppy.add(item.id, file, fields))
        .catch((error: unknown) => fail(item, troubleOf(error)));
  }
}

/** Has the service fetch a file. */
export function handInUrl(url: string, { mode, fields }: Handover): void {
  const item = add({ name: url, mode });
  const body = { url, ...fields, tags: fields.tags?.split(',').map((tag) => tag.trim()) };
  void begin(item, (headers, signal) => filemill.uploadUrl({ body, headers, signal }));
}

export async function pauseOrResume({ id }: UploadItem): Promise<void> {
  (await prepareUploads()).pauseOrResume(id);
}

/** Sends what failed again; what has come before is not sent twice, and never two files. */
export async function sendAgain({ id }: UploadItem): Promise<void> {
  change(id, { state: 'sending', trouble: undefined, startedAt: performance.now() });
  const attempt = attempts.get(id);
  if (attempt) await attempt();
  else (await prepareUploads()).retry(id);
}

/** Takes an upload off the list, and stops it when it is still on its way. */
export async function dismiss({ id, mode }: UploadItem): Promise<void> {
  uploads.update((items) => items.filter((item) => item.id !== id));
  waits.get(id)?.abort();
  attempts.delete(id);
  if (mode === 'background' && resumable) (await resumable).remove(id);
}

/** Ends all that is on its way and empties the list: nothing of one reader goes on under another. */
export async function endUploads(): Promise<void> {
  uploads.update(() => []);
  for (const end of waits.values()) end.abort();
  attempts.clear();
  (await resumable)?.endAll();
}

/** Sends in one request, which is waited for when the caller wants to. */
function begin(item: UploadItem, send: Send): Promise<void> {
  // Sent again, it is the same request: when only the answer was lost it has the answer, and no second file.
  const once = { 'Idempotency-Key': item.id };
  const headers = item.mode === 'wait' ? { ...once, Prefer: `wait=${WAIT_SECONDS}` } : once;
  const attempt = () => wait(item, (signal) => send(headers, signal));
  attempts.set(item.id, attempt);
  return attempt();
}

async function wait(item: UploadItem, send: (signal: AbortSignal) => Promise<Answer>): Promise<void> {
  const end = new AbortController();
  waits.set(item.id, end);
  try {
    const { job_id: jobId, upload_time_ms: uploadTimeMs } = await send(end.signal);
    change(item.id, { state: 'answered', answeredAt: performance.now(), jobId, uploadTimeMs });
    attempts.delete(item.id);
  } catch (error) {
    if (!end.signal.aborted) fail(item, troubleOf(error));
  } finally {
    waits.delete(item.id);
  }
}

function add(seed: Pick<UploadItem, 'name' | 'sizeBytes' | 'mode'>): UploadItem {
  const item: UploadItem = { ...seed, id: newId(), state: 'sending', startedAt: performance.now() };
  uploads.update((items) => [item, ...items]);
  return item;
}

function fail({ id, name }: UploadItem, trouble: Trouble): void {
  change(id, { state: 'failed', trouble });
  announce(`${name}: ${trouble.title}`);
}

function change(id: string, changes: Partial<UploadItem>): void {
  uploads.update((items) => items.map((item) => (item.id === id ? { ...item, ...changes } : item)));
}
