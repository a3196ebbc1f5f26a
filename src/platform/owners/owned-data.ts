import type { Owner } from '../http/caller.decorator';

/**
 * Whoever keeps something for owners. Every provider that extends this class is asked when an account is
 * deleted, so that nothing of its owner stays.
 */
export abstract class OwnedData {
  /** Whether it keeps what the removal of all else brings about: then it is asked after the others. */
  readonly isLast: boolean = false;

  /**
   * Removes all that belongs to an owner, and ends what still works on it. Runs as part of a task: must bear
   * being run again, and may find nothing.
   */
  abstract deleteOwned(owner: Owner): Promise<void>;
}
