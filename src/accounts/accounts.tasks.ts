/** Removes what a deleted account leaves behind. */
export const DELETE_OWNED_DATA = 'delete-owned-data';

export interface DeleteOwnedData {
  readonly owner: string;
}
