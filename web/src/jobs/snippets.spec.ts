import type { JobStatus } from '@filemill/sdk';
import { execFileSync } from 'node:child_process';
import { curlOf, sdkOf, uploadCurlOf } from './snippets';

const job = { job_id: 'j1', filename: `it's "mine" $HOME.txt`, processor: 'text' } as JobStatus;

const DOOR = { baseUrl: 'http://127.0.0.1:3000', needsKey: false };

/** The words as a shell splits them. */
const words = (command: string) =>
  execFileSync('sh', ['-c', `printf '%s\\n' ${command}`], {
    encoding: 'utf8',
    env: { FILEMILL_API_KEY: 'fm_1' },
  })
    .trimEnd()
    .split('\n');

it('asks for the job with curl', () => {
  expect(words(curlOf(job, DOOR))).toEqual([
    'curl',
    '-H',
    'Prefer: wait=30',
    'http://127.0.0.1:3000/jobs/j1',
  ]);
});

it('hands in the file with curl, whatever its name', () => {
  expect(words(uploadCurlOf(job, DOOR))).toEqual([
    'curl',
    '-H',
    'Prefer: wait=30',
    '-F',
    `file=@"it's \\"mine\\" $HOME.txt"`,
    '-F',
    'processor=text',
    'http://127.0.0.1:3000/upload',
  ]);
});

it('asks for the job with the SDK', () => {
  expect(sdkOf(job, DOOR)).toContain('waitForJob("j1")');
});

it('says who calls, where that is wanted', () => {
  const door = { ...DOOR, needsKey: true };
  expect(words(curlOf(job, door)).slice(0, 3)).toEqual(['curl', '-H', 'X-API-Key: fm_1']);
  expect(words(uploadCurlOf(job, door)).slice(0, 3)).toEqual(['curl', '-H', 'X-API-Key: fm_1']);
  expect(sdkOf(job, door)).toContain('apiKey: process.env.FILEMILL_API_KEY');
});
