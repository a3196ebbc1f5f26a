export { FilemillError, WaitTimeoutError } from './errors.js';
export {
  Filemill,
  type ActivityPage,
  type Credentials,
  type FilemillOptions,
  type LiveEvent,
  type Page,
  type SettledJob,
  type UploadOptions,
  type WaitOptions,
  type WatchEventsOptions,
  type WatchOptions,
} from './filemill.js';
export { FilemillOperations, type Options } from './generated/sdk.gen.js';
export type * from './generated/types.gen.js';
