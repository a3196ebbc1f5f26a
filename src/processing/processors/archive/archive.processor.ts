import { join } from 'node:path';

import { WorkerProcessor, type AcceptedType } from '../../../plugin-api/processor';
import { ArchiveResult } from './archive.result';
import './archive.errors'; // only the worker throws them, but the catalog of errors is made here

const accepts: readonly AcceptedType[] = [
  // A zip that holds a manifest is sniffed as a Java archive.
  {
    extension: '.zip',
    mediaType: 'application/zip',
    content: ['application/zip', 'application/java-archive'],
  },
  { extension: '.tar', mediaType: 'application/x-tar', content: ['application/x-tar'] },
  { extension: '.gz', mediaType: 'application/gzip', content: ['application/gzip'] },
  { extension: '.tgz', mediaType: 'application/gzip', content: ['application/gzip'] },
];

/** Lists and checks an archive without extracting anything; see `docs/processors.md`. */
export class ArchiveProcessor extends WorkerProcessor {
  override readonly name = 'archive';
  override readonly description =
    'Lists what an archive holds, counts its real sizes and finds unsafe paths; nothing is extracted.';
  override readonly accepts = accepts;
  override readonly result = ArchiveResult;
  override readonly worker = join(__dirname, 'archive.worker.js');
}
