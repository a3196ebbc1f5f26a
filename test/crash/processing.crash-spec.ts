import { testCrashPoints } from './crash-points';

const MiB = 1024 * 1024;

/** A process that dies while jobs are processed, before and after every step of it. */
describe('processing a job', () => {
  testCrashPoints(
    [
      'before:claim-commit:1',
      'after:claim-commit:1',
      'after:claim-commit:3',
      'before:begin-commit:1',
      'after:begin-commit:2',
      'before:run:1',
      'before:progress:1', // in the middle of a file
      'after:run:2',
      'before:complete-commit:1',
      'before:complete-commit:3',
      'after:complete-commit:1',
      'after:complete-commit:3',
    ],
    [5 * MiB, 300, 20_000, 1],
  );
});
