import { Injectable } from '@nestjs/common';
import { FilesRepository, type StoredFile } from '../files/files.repository';
import type { Job } from '../jobs/job';
import { chooseProcessor, JobsService } from '../jobs/jobs.service';
import { Clock } from '../platform/clock/clock';
import { Database } from '../platform/database/database';
import type { Owner } from '../platform/http/caller.decorator';
import type { ReceivedFile } from './upload-receiver';
import type { UploadFields } from './uploads.dto';

/** A file that has an owner, and the job that processes it. */
export interface AcceptedUpload {
  readonly file: StoredFile;
  readonly job: Job;
}

@Injectable()
export class UploadsService {
  constructor(
    private readonly files: FilesRepository,
    private readonly jobs: JobsService,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Makes a received file the owner's: file, job and task in one transaction. When it resolves, all of
   * them survive whatever happens; when it rejects, there is none of them.
   *
   * @throws ProcessorNotApplicable
   */
  async accept(owner: Owner, received: ReceivedFile, fields: UploadFields): Promise<AcceptedUpload> {
    const processor = chooseProcessor(fields.processor, received.filename, received.processors);
    const file = this.toStoredFile(owner, received, fields);
    const job = await this.database.transaction(async (queries) => {
      await this.files.insert(queries, file);
      return this.jobs.create(queries, file, processor);
    });
    received.owned = true;
    return { file, job };
  }

  private toStoredFile(owner: Owner, received: ReceivedFile, fields: UploadFields): StoredFile {
    const { fileId, blobKey, filename, contentType, sizeBytes, sha256 } = received;
    const { description = null, category = null, tags = [] } = fields;
    const uploadedAt = this.clock.now();
    return {
      fileId,
      owner,
      blobKey,
      filename,
      contentType,
      sizeBytes,
      sha256,
      description,
      category,
      tags,
      uploadedAt,
    };
  }
}
