import Sqlite from 'better-sqlite3';
import { parentPort, workerData } from 'node:worker_threads';

/** What this thread is asked for. Each `checkpoint` is answered when it is over. */
export type CheckpointMessage = 'checkpoint' | 'close';

const handle = new Sqlite(workerData as string, { fileMustExist: true });
handle.pragma('synchronous = NORMAL');

parentPort!.on('message', (message: CheckpointMessage) => {
  if (message === 'close') {
    handle.close();
    parentPort!.close();
    return;
  }
  try {
    handle.pragma('wal_checkpoint(PASSIVE)'); // hinders nobody, and leaves what somebody still reads
  } catch {
    // A full disk, say: what was not moved stays in the log, and those who commit are told.
  }
  parentPort!.postMessage(undefined);
});
