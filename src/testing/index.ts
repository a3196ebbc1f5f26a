/**
 * For the tests of extensions: the whole service on a free port, a processor in the test's own thread, and
 * the contracts that processors and drivers have to keep.
 *
 * `processorContract` runs under any test runner; the contracts of the drivers need Jest.
 */
export { ManualClock } from '../platform/clock/manual.clock';
export { blobStoreContract, type BlobStoreHarness } from '../platform/storage/blob-store.contract';
export { taskQueueContract, type TaskQueueHarness } from '../platform/tasks/task-queue.contract';
export { runOnFile, type HarnessRun } from '../plugin-api/processor.harness';
export {
  processorChecks,
  processorContract,
  type EnterTest,
  type ProcessorSubject,
} from './processor.contract';
export { startService, type TestService } from './test-service';
