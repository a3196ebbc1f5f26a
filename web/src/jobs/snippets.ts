import type { JobStatus } from '@filemill/sdk';

/** Where the service is, and whether it wants to know who calls. */
export interface Door {
  readonly baseUrl: string;
  readonly needsKey: boolean;
}

/** The same again in a shell: how this job is asked for, and how its file would be handed in. */
export function curlOf({ job_id: jobId }: JobStatus, { baseUrl, needsKey }: Door): string {
  return `${curl(needsKey)} ${quote(`${baseUrl}/jobs/${jobId}`)}`;
}

export function uploadCurlOf({ filename, processor }: JobStatus, { baseUrl, needsKey }: Door): string {
  const field = processor === null ? '' : ` -F ${quote(`processor=${processor}`)}`;
  return `${curl(needsKey)} -F ${quote(`file=@"${filename.replaceAll(/["\\]/g, '\\$&')}"`)}${field} ${quote(`${baseUrl}/upload`)}`;
}

/** The same in a program, with the SDK. */
export function sdkOf({ job_id: jobId }: JobStatus, { baseUrl, needsKey }: Door): string {
  const where = `baseUrl: ${JSON.stringify(baseUrl)}`;
  const options = needsKey ? `${where}, apiKey: process.env.FILEMILL_API_KEY!` : where;
  return `import { Filemill } from '@filemill/sdk';

const filemill = new Filemill({ ${options} });
const job = await filemill.waitForJob(${JSON.stringify(jobId)});
console.log(job.status, job.result);`;
}

/** A key is what machines have; it is not on the page, so the shell has to know it. */
function curl(needsKey: boolean): string {
  return `curl ${needsKey ? '-H "X-API-Key: $FILEMILL_API_KEY" ' : ''}-H ${quote('Prefer: wait=30')}`;
}

/** As a shell takes it for one word, whatever is in it. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
