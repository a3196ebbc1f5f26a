import { join } from 'node:path';

import type { AcceptedType, Processor } from '../../../plugin-api/processor';
import { JsonResult } from './json.result';
import './json.errors'; // only the worker throws them, but the catalog of errors is made here

const text = (extension: string, mediaType: string): AcceptedType => ({
  extension,
  mediaType,
  content: 'text',
});

/** Validates JSON and tells its shape; see `docs/processors.md`. */
export const jsonProcessor: Processor = {
  name: 'json',
  description:
    'Says whether a JSON or newline-delimited JSON file is valid, or where its first error is, and what it holds.',
  accepts: [
    text('.json', 'application/json'),
    text('.geojson', 'application/geo+json'),
    text('.ndjson', 'application/x-ndjson'),
    text('.jsonl', 'application/x-ndjson'),
  ],
  result: JsonResult,
  worker: join(__dirname, 'json.worker.js'),
};
