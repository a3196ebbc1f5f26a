export { FilemillError, WaitTimeoutError } from './errors.js';
export {
  Filemill,
  type FilemillOptions,
  type SettledJob,
  type UploadOptions,
  type WaitOptions,
} from './filemill.js';
export { FilemillOperations, type Options } from './generated/sdk.gen.js';
export type * from './generated/types.gen.js';
