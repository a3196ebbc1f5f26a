import { testCrashPoints } from './crash-points';

const MiB = 1024 * 1024;

/** A process that dies while uploads are saved, before and after every step of it. */
describe('saving an upload', () => {
  testCrashPoints(
    [
      'before:open:1',
      'after:open:4',
      'before:write:1',
      'after:write:1',
      'after:write:9',
      'before:file-sync:2',
      'after:file-sync:2',
      'before:rename:1',
      'after:rename:1',
      'after:rename:5',
      'before:directory-sync:1',
      'after:directory-sync:3',
      'before:accept:3',
      'before:upload-insert:1',
      'after:upload-insert:4',
      'before:upload-commit:1',
      'after:upload-commit:1',
      'after:upload-commit:3',
      'before:answer:1',
      'after:answer:4',
    ],
    [300, 2 * MiB, 20_000, 1, 3000],
  );
});
