import { join } from 'node:path';

import { WorkerProcessor, type AcceptedType } from '../../../plugin-api/processor';
import { JsonResult } from './json.result';
import './json.errors'; // only the worker throws them, but the catalog of errors is made here

const text = (extension: string, mediaType: string): AcceptedType => ({
  extension,
  mediaType,
  content: 'text',
});

/** Validates JSON and tells its shape; see `docs/processors.md`. */
export class JsonProcessor extends WorkerProcessor {
  override readonly name = 'json';
  override readonly description =
    'Says whether a JSON or newline-delimited JSON file is valid, or where its first error is, and what it holds.';
  override readonly accepts: readonly AcceptedType[] = [
    text('.json', 'application/json'),
    text('.geojson', 'application/geo+json'),
    text('.ndjson', 'application/x-ndjson'),
    text('.jsonl', 'application/x-ndjson'),
  ];
  override readonly result = JsonResult;
  override readonly worker = join(__dirname, 'json.worker.js');
}
