import type { ChildServer } from '../support/child-server';
import { eventually } from '../support/eventually';
import { ServiceClient, type JobStatus } from '../support/service-client';
import type { Ledger } from './ledger';
import { isSwept, readStored, type Stored } from './stored';

/** Settings of a server that follows one that died: no mercy for what is unfinished, and quick to take over. */
export const RECOVERY = { SWEEP_GRACE_SECONDS: '0', TASK_LEASE_SECONDS: '2' } as const;

/**
 * Lets a server that was started where another one died finish everything, and holds what it serves
 * against what was answered: promises 1 and 2 of the service.
 */
export async function expectNothingLost(server: ChildServer, ledger: Ledger): Promise<void> {
  const client = new ServiceClient(server.url);
  const jobs = await client.settledJobs();
  const names = jobs.map(({ filename }) => filename);
  expect([...ledger.accepted].filter((name) => !names.includes(name))).toEqual([]);
  expect(new Set(names).size).toBe(names.length); // sent once, there once
  for (const job of jobs) await expectRight(client, job, ledger);
}

async function expectRight(client: ServiceClient, job: JobStatus, ledger: Ledger): Promise<void> {
  const { counts, sha256 } = ledger.sent.get(job.filename)!;
  expect(job).toMatchObject({ status: 'completed', result: counts, error: null });
  if (ledger.verified.has(job.filename)) return;
  expect(await client.download(job.file_id)).toEqual({ status: 200, sha256 });
  ledger.verified.add(job.filename);
}

/** On disk, while a server that has nothing to do runs there: once it has swept, nothing is left over. */
export async function expectWhole(dataDir: string, ledger: Ledger): Promise<void> {
  await eventually('everything that nobody owns is swept', () => isSwept(dataDir));
  expectConsistent(readStored(dataDir), ledger);
}

/** Row, blob and job go together, and nothing else is there. */
export function expectConsistent(stored: Stored, ledger: Ledger): void {
  const { files, jobs, tasks, blobs, unfinished } = stored;
  const expected = files.map(({ blob_key, filename }) => [blob_key, ledger.sent.get(filename)?.sha256]);
  expect(Object.fromEntries(blobs)).toEqual(Object.fromEntries(expected));
  expect(jobs.map(({ file_id }) => file_id).toSorted()).toEqual(
    files.map(({ file_id }) => file_id).toSorted(),
  );
  expect({ tasks, unfinished }).toEqual({ tasks: [], unfinished: [] });
}
