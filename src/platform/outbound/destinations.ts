import { Injectable } from '@nestjs/common';
import type { LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import { Settings } from '../config/settings';
import { NameResolver } from './name-resolver';
import { AddressNotAllowed, RemoteUnavailable, UrlNotAllowed } from './outbound.errors';
import { isPublicAddress, isWithin, parseNetwork, type Network } from './public-address';

/** Names of this machine, whatever a resolver says (RFC 6761, section 6.3). */
const OWN_NAME = /(^|\.)localhost$/;

/** Where the service lets itself be sent: the public internet, and what `OUTBOUND_ALLOW` adds. */
@Injectable()
export class Destinations {
  private readonly allowedNames: ReadonlySet<string>;
  private readonly allowedNetworks: readonly Network[];

  constructor(
    private readonly resolver: NameResolver,
    { OUTBOUND_ALLOW }: Settings,
  ) {
    this.allowedNetworks = OUTBOUND_ALLOW.map(parseNetwork).filter((network) => network !== undefined);
    this.allowedNames = new Set(OUTBOUND_ALLOW.filter((entry) => !parseNetwork(entry)));
  }

  /**
   * What can be said of a URL before anybody is asked for addresses. Hosts are judged as the WHATWG parser reads
   * them, which makes dotted decimals of every notation that connecting would understand.
   *
   * @param base - what a relative URL is relative to
   * @throws UrlNotAllowed
   */
  check(text: string, base?: URL): URL {
    if (!URL.canParse(text, base?.href)) throw new UrlNotAllowed('This is not a URL.');
    const url = new URL(text, base);
    if (url.protocol !== 'http:' && url.protocol !== 'https:')
      throw new UrlNotAllowed(`${url.protocol} URLs are not allowed; http: and https: are.`);
    if (url.username !== '' || url.password !== '')
      throw new UrlNotAllowed('The URL must not contain a user name or a password.');
    const host = hostOf(url);
    const isInner = isIP(host) ? !this.allows(host) : OWN_NAME.test(host) && !this.allowedNames.has(host);
    if (isInner) throw new UrlNotAllowed(`${host} is not on the public internet.`);
    return url;
  }

  /**
   * The addresses to connect to, and none besides: a name that is asked for again may have others by then. One
   * address that is not public condemns all, since no honest name has both kinds.
   *
   * @throws AddressNotAllowed
   * @throws RemoteUnavailable when the name has no address
   */
  async addresses(url: URL): Promise<readonly LookupAddress[]> {
    const host = hostOf(url);
    const family = isIP(host);
    const addresses = family ? [{ address: host, family }] : await this.resolve(host);
    if (addresses.length === 0) throw new RemoteUnavailable(`${host} has no address.`);
    const isAllowed = this.allowedNames.has(host) || addresses.every(({ address }) => this.allows(address));
    if (!isAllowed) throw new AddressNotAllowed(host);
    return addresses;
  }

  private async resolve(name: string): Promise<readonly LookupAddress[]> {
    try {
      return await this.resolver.resolve(name);
    } catch (cause) {
      throw new RemoteUnavailable(`The address of ${name} cannot be found.`, { cause });
    }
  }

  private allows(address: string): boolean {
    return isPublicAddress(address) || this.allowedNetworks.some((network) => isWithin(address, network));
  }
}

/** The host without the brackets of IPv6 and the dot of the root. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
}
