/**
 * The door for extensions: everything that a module of another team may use of this service. What is not
 * here may change without notice; `docs/extending.md` goes through it.
 *
 * A module that runs in a worker thread imports `filemill/plugin-api/processor` instead, which loads next to
 * nothing.
 */
export * from './extension';
export * from './processor';

export { Clock, type Cancel } from '../platform/clock/clock';
export { Ids, isId } from '../platform/clock/ids';
export { Integer, List, Switch } from '../platform/config/setting-decorators';
export { Settings } from '../platform/config/settings';
export { Database, type Migrations, type Queries } from '../platform/database/database';
export { contains } from '../platform/database/like';
export { DatabaseUnavailable } from '../platform/database/database.errors';
export { StorageFull } from '../platform/errors/storage-full.error';
export { DomainEvent, EventBus } from '../platform/events/event-bus';
export { ApiProblems, ApiPublicProblems } from '../platform/http/api-problems.decorator';
export { answerChunks } from '../platform/http/chunked-answer';
export { Caller, type Owner } from '../platform/http/caller.decorator';
export { ClientGone } from '../platform/http/client-gone.decorator';
export { Public } from '../platform/http/public.decorator';
export { ValidationFailed, type FieldError } from '../platform/http/http.errors';
export { IdPipe } from '../platform/http/id.pipe';
export { JsonBodyGuard } from '../platform/http/json-body.guard';
export { linkNext, PageQuery, toPage, type Page } from '../platform/http/page.dto';
export { type ProblemDocument } from '../platform/http/problem';
export { ProblemDto } from '../platform/http/problem.dto';
export { compose, type Block, type Letter } from '../platform/mail/letter';
export { type Mail, type MailAttachment } from '../platform/mail/mail';
export { MailQueue } from '../platform/mail/mail-queue';
export { OwnedData } from '../platform/owners/owned-data';
export { RateLimit, type RateLimitName } from '../platform/rate-limits/rate-limit.decorator';
export { BlobOwner } from '../platform/storage/blob-owner';
export { BlobStore, type BlobEntry, type ByteRange, type LocalBlob } from '../platform/storage/blob-store';
export {
  LeaseLost,
  ShuttingDown,
  TaskHandler,
  type RetryVerdict,
  type RunningTask,
} from '../platform/tasks/task-handler';
export { TaskQueue, type NewTask, type Priority } from '../platform/tasks/task-queue';

export { FilesModule } from '../files/files.module';
export { FileNotFound } from '../files/files.errors';
export { type StoredFile } from '../files/files.repository';
export { FilesService } from '../files/files.service';
export { type Artifact } from '../jobs/artifact';
export { type Job, type JobState } from '../jobs/job';
export { JobSettledHook } from '../jobs/job-settled-hook';
export * from '../jobs/jobs.events';
export { JobNotFound } from '../jobs/jobs.errors';
export { JobsModule } from '../jobs/jobs.module';
export { JobsService } from '../jobs/jobs.service';
export { JobWaiter } from '../jobs/live/job-waiter';
export { type AcceptedUpload } from '../uploads/accepted-upload';
export { ReceivesUpload } from '../uploads/api-upload.decorator';
export { Upload } from '../uploads/upload.interceptor';
export { type ReceivedUpload } from '../uploads/upload-receiver';
export { UploadFields } from '../uploads/uploads.dto';
export { UploadCompleted } from '../uploads/uploads.events';
export { UploadsModule } from '../uploads/uploads.module';
export { UploadsService } from '../uploads/uploads.service';
