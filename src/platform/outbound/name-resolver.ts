import { Injectable } from '@nestjs/common';
import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';

/** Finds the addresses of names. Tests put one of their own in its place. */
export abstract class NameResolver {
  /**
   * All addresses of a name, in the order in which they should be tried.
   *
   * @throws Error when the name has none, or nobody could be asked
   */
  abstract resolve(name: string): Promise<readonly LookupAddress[]>;
}

/** As the operating system resolves names, its hosts file included. */
@Injectable()
export class SystemNameResolver extends NameResolver {
  override async resolve(name: string): Promise<readonly LookupAddress[]> {
    return lookup(name, { all: true });
  }
}
