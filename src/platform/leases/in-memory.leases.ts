import { Leases, type Lease } from './leases';

/** Names of one process that shares its database with no other. */
export class InMemoryLeases extends Leases {
  private readonly held = new Map<string, () => void>();

  override async take(name: string, onWanted = () => {}): Promise<Lease | undefined> {
    if (this.held.has(name)) return undefined;
    const { held } = this;
    const own = () => onWanted();
    held.set(name, own);
    return {
      get isHeld() {
        return held.get(name) === own;
      },
      release: async () => void (held.get(name) === own && held.delete(name)),
    };
  }

  override async want(name: string): Promise<void> {
    this.held.get(name)?.();
  }
}
