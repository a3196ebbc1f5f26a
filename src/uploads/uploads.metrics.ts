import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { Metrics } from '../platform/metrics/metrics';
import { UploadCompleted } from './uploads.events';

/** What came in through this process. */
@Injectable()
export class UploadsMetrics {
  private readonly uploads;
  private readonly bytes;

  constructor(metrics: Metrics) {
    this.uploads = metrics.counter({
      name: 'filemill_uploads_total',
      help: 'Files that were taken, through whatever door.',
    });
    this.bytes = metrics.counter({
      name: 'filemill_upload_bytes_total',
      help: 'Their bytes.',
    });
  }

  @OnEvent(UploadCompleted.type)
  onUploadCompleted({ sizeBytes }: UploadCompleted): void {
    this.uploads.inc();
    this.bytes.inc(sizeBytes);
  }
}
