import { DomainEvent } from '../platform/events/event-bus';
import type { StoredFile } from './files.repository';

/** Its owner was given bytes of a file, all or a range; whether they arrived is not known. */
export class FileDownloaded extends DomainEvent {
  static readonly type = 'file.downloaded';
  override readonly type = FileDownloaded.type;

  constructor(readonly file: StoredFile) {
    super();
  }
}
