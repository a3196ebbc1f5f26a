/**
 * Which one of several instances does what is to be done once for all of them: sweeps, retention, what comes by
 * the clock.
 *
 * - Of the instances that share a database one leads; when it is gone another one does, after a while.
 * - It saves work and keeps no promise: in the moment of a change two may believe that they lead, or none does.
 *   So whatever is done under it must bear being done twice, and being done a little later.
 * - Nobody is told when it changes: who is about to begin a round asks.
 */
export abstract class Leadership {
  /** Whether this process leads now. Never rejects: who cannot find out does not lead. */
  abstract isLeader(): Promise<boolean>;
}
