import { DomainError, Problem } from './domain-error';

@Problem({
  code: 'storage_full',
  status: 507,
  title: 'Out of storage',
  meaning:
    'The disk is full. Nothing was stored; the operator has to make room, then the same request works.',
})
export class StorageFull extends DomainError {
  constructor(cause: unknown) {
    super('There is no room left to store this.', { cause });
  }
}
