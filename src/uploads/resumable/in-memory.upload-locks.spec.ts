import { ManualClock } from '../../platform/clock/manual.clock';
import { InMemoryUploadLocks } from './in-memory.upload-locks';
import { UploadBusy } from './resumable-uploads.errors';
import { uploadLocksContract } from './upload-locks.contract';

uploadLocksContract(async () => {
  const clock = new ManualClock();
  const locks = new InMemoryUploadLocks(clock);
  return { locks, others: locks, pass: (ms) => clock.advance(ms) };
}, UploadBusy);
