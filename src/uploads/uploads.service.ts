import { Injectable } from '@nestjs/common';
import { QuotaExceeded } from '../files/files.errors';
import { FilesRepository, type StoredFile } from '../files/files.repository';
import { Retention } from '../files/retention';
import { chooseProcessor, type Assignment } from '../jobs/choose-processor';
import { ProcessorNotApplicable } from '../jobs/jobs.errors';
import { JobsService } from '../jobs/jobs.service';
import { JobWishes, type Wishes } from '../jobs/job-wishes';
import { Clock } from '../platform/clock/clock';
import { Database, type Alongside, type Queries } from '../platform/database/database';
import { OutcomeUnknown } from '../platform/database/database.errors';
import type { Owner } from '../platform/http/caller.decorator';
import { ValidationFailed } from '../platform/http/http.errors';
import type { AcceptedBatch, AcceptedUpload } from './accepted-upload';
import type { ReceivedFile } from './file-intake';
import type { UploadFields } from './uploads.dto';
import { NoFileAccepted, type RefusedFile } from './uploads.errors';

/** What came in, and what did not. */
export interface ReceivedBatch {
  readonly files: readonly ReceivedFile[];
  readonly refused: readonly RefusedFile[];
}

interface Plan {
  readonly received: ReceivedFile;
  readonly assignment: Assignment;
  readonly wishes: Wishes;
}

@Injectable()
export class UploadsService {
  constructor(
    private readonly files: FilesRepository,
    private readonly jobs: JobsService,
    private readonly wishes: JobWishes,
    private readonly retention: Retention,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Makes a received file the owner's: file, job and task in one transaction. When it resolves, all of
   * them survive whatever happens; when it rejects, there is none of them.
   *
   * @throws ProcessorNotApplicable · ValidationFailed · UrlNotAllowed · QuotaExceeded
   */
  async accept(
    owner: Owner,
    received: ReceivedFile,
    fields: UploadFields,
    alongside: Alongside<AcceptedUpload> = async () => {},
  ): Promise<AcceptedUpload> {
    const plan = planFor(received, fields, this.wishes.read(fields));
    const accepted = await this.database
      .transaction(async (queries) => {
        const owned = await this.own(queries, owner, plan, fields);
        await alongside(queries, owned);
        return owned;
      })
      .catch(sparing([received]));
    received.owned = true;
    this.jobs.announce(accepted.job);
    return accepted;
  }

  /**
   * The same for several files at once, in one transaction. A file that cannot be processed as asked, or does
   * not fit into the quota, is refused like those that were so before, and remains unowned; the others do not
   * mind.
   *
   * @throws NoFileAccepted · UrlNotAllowed
   */
  async acceptAll(
    owner: Owner,
    { files, refused: refusedBefore }: ReceivedBatch,
    fields: UploadFields,
    alongside: Alongside<AcceptedBatch> = async () => {},
  ): Promise<AcceptedBatch> {
    const { plans, refused: unfit } = planAll(files, fields, this.wishes.read(fields));
    const refused = [...refusedBefore, ...unfit];
    if (plans.length === 0) throw new NoFileAccepted(refused);
    const { owned, ...batch } = await this.database
      .transaction(async (queries) => {
        const fitting = await this.ownAll(queries, owner, plans, fields);
        const outcome = { accepted: fitting.accepted, refused: [...refused, ...fitting.refused] };
        if (outcome.accepted.length === 0) throw new NoFileAccepted(outcome.refused);
        await alongside(queries, outcome);
        return { ...outcome, owned: fitting.owned };
      })
      .catch(sparing(files));
    for (const received of owned) received.owned = true;
    for (const { job } of batch.accepted) this.jobs.announce(job);
    return batch;
  }

  /** Those that fit into the quota, one after the other. */
  private async ownAll(
    queries: Queries,
    owner: Owner,
    plans: readonly Plan[],
    fields: UploadFields,
  ): Promise<{ accepted: AcceptedUpload[]; owned: ReceivedFile[]; refused: RefusedFile[] }> {
    const accepted: AcceptedUpload[] = [];
    const owned: ReceivedFile[] = [];
    const refused: RefusedFile[] = [];
    for (const plan of plans) {
      try {
        accepted.push(await this.own(queries, owner, plan, fields));
        owned.push(plan.received);
      } catch (error) {
        if (!(error instanceof QuotaExceeded)) throw error;
        refused.push({ filename: plan.received.filename, error });
      }
    }
    return { accepted, owned, refused };
  }

  private async own(
    queries: Queries,
    owner: Owner,
    { received, assignment, wishes }: Plan,
    fields: UploadFields,
  ): Promise<AcceptedUpload> {
    const file = this.toStoredFile(owner, received, fields);
    await this.files.insert(queries, file);
    return { file, job: await this.jobs.create(queries, file, assignment, wishes) };
  }

  private toStoredFile(owner: Owner, received: ReceivedFile, fields: UploadFields): StoredFile {
    const { fileId, blobKey, filename, contentType, sizeBytes, sha256 } = received;
    return {
      fileId,
      owner,
      blobKey,
      filename,
      contentType,
      sizeBytes,
      sha256,
      description: fields.description ?? null,
      category: fields.category ?? null,
      tags: fields.tags ?? [],
      uploadedAt: this.clock.now(),
      expiresAt: this.retention.expiry(fields.expires_in),
    };
  }
}

function planFor(received: ReceivedFile, fields: UploadFields, wishes: Wishes): Plan {
  return { received, wishes, assignment: chooseProcessor(fields, received.filename, received.processors) };
}

function planAll(
  received: readonly ReceivedFile[],
  fields: UploadFields,
  wishes: Wishes,
): { plans: Plan[]; refused: RefusedFile[] } {
  const plans: Plan[] = [];
  const refused: RefusedFile[] = [];
  for (const file of received) {
    try {
      plans.push(planFor(file, fields, wishes));
    } catch (error) {
      if (!(error instanceof ProcessorNotApplicable || error instanceof ValidationFailed)) throw error;
      refused.push({ filename: file.filename, error });
    }
  }
  return { plans, refused };
}

/** What may have become somebody's is not discarded: the sweep finds out. */
function sparing(files: readonly ReceivedFile[]): (error: unknown) => never {
  return (error) => {
    if (error instanceof OutcomeUnknown) for (const received of files) received.owned = true;
    throw error;
  };
}
