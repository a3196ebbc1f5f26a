import { type IPv4, IPv6, parse, parseCIDR } from 'ipaddr.js';
import { isIP } from 'node:net';

/** A network in CIDR notation, taken apart. */
export type Network = [IPv4 | IPv6, number];

/** The one block from which public addresses are given out (IANA, IPv6 Address Space). */
const GLOBAL_UNICAST: Network = parseCIDR('2000::/3');
/** The well-known prefix of NAT64 (RFC 6052): on networks without IPv4, public names resolve to these. */
const NAT64: Network = parseCIDR('64:ff9b::/96');
/** Public by its registry, yet answered by the host of every virtual machine of Azure. */
const PLATFORM_OF_AZURE = '168.63.129.16';

/**
 * Whether an address belongs to somebody on the public internet. An address that carries an IPv4 address which
 * a gateway will use (mapped, NAT64) is judged by that one; those of dead transition schemes are not public,
 * whatever they carry. What is no address is not public either.
 */
export function isPublicAddress(text: string): boolean {
  if (isIP(text) === 0) return false;
  const address = effectiveAddress(text);
  if (address.range() !== 'unicast') return false;
  return address instanceof IPv6 ? address.match(GLOBAL_UNICAST) : address.toString() !== PLATFORM_OF_AZURE;
}

/** Whether an address, or the IPv4 address that it carries, lies in a network. */
export function isWithin(text: string, network: Network): boolean {
  if (isIP(text) === 0) return false;
  return [parse(text), effectiveAddress(text)].some(
    (address) => address.kind() === network[0].kind() && address.match(network),
  );
}

/** An address or CIDR as a network; undefined for anything else. */
export function parseNetwork(text: string): Network | undefined {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return undefined;
  const widest = family === 4 ? 32 : 128;
  if (bits === undefined) return [parse(address), widest];
  return /^\d{1,3}$/.test(bits) && Number(bits) <= widest ? [parse(address), Number(bits)] : undefined;
}

/** Whether a text is a host name, written as URLs have it after parsing: ASCII, in lower case, no number. */
export function isHostName(text: string): boolean {
  const url = `http://${text}`;
  return (
    /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(text) &&
    URL.canParse(url) &&
    new URL(url).hostname === text &&
    isIP(text) === 0
  );
}

/** The address that packets will be sent to in the end. */
function effectiveAddress(text: string): IPv4 | IPv6 {
  const address = parse(text);
  if (!(address instanceof IPv6)) return address;
  if (address.isIPv4MappedAddress()) return address.toIPv4Address();
  return address.match(NAT64) ? parse(address.toByteArray().slice(12).join('.')) : address;
}
