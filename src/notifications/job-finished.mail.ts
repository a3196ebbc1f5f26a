import type { Job } from '../jobs/job';
import { compose, type Block } from '../platform/mail/letter';
import type { Mail } from '../platform/mail/mail';

/** Of a name, what a subject has room for; whoever uploaded chose it. */
const NAME_CHARACTERS = 80;

/** Tells that a job was completed or failed. */
export function jobFinishedMail(job: Job, to: string): Mail {
  const name = shortened(job.filename);
  const isDone = job.status === 'completed';
  const letter = compose({
    subject: isDone ? `Processed: ${name}` : `Not processed: ${name}`,
    heading: isDone ? 'Your file is processed' : 'Your file could not be processed',
    blocks: [{ facts: factsOf(job, name) }, ...advice(job)],
  });
  return { owner: job.owner, to, ...letter };
}

function factsOf({ jobId, processor, startedAt, finishedAt }: Job, name: string): [string, string][] {
  const facts: [string, string][] = [
    ['File', name],
    ['Job', jobId],
  ];
  if (processor !== null) facts.push(['Processor', processor]);
  if (startedAt !== null && finishedAt !== null) facts.push(['Took', `${(finishedAt - startedAt) / 1000} s`]);
  return facts;
}

function advice({ jobId, error }: Job): Block[] {
  if (!error) return [{ paragraph: `The result: GET /jobs/${jobId}/result` }];
  return [{ paragraph: error.detail }, { paragraph: `To try again: POST /jobs/${jobId}/retry` }];
}

function shortened(name: string): string {
  const characters = [...name];
  return characters.length > NAME_CHARACTERS ? `${characters.slice(0, NAME_CHARACTERS).join('')}…` : name;
}
