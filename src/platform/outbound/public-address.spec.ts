import { isPublicAddress, isWithin, parseNetwork, type Network } from './public-address';

describe('isPublicAddress', () => {
  it.each([
    '1.1.1.1',
    '93.184.216.34',
    '172.15.255.255',
    '172.32.0.1',
    '100.63.255.255',
    '100.128.0.1',
    '192.167.255.255',
    '198.17.255.255',
    '198.20.0.1',
    '223.255.255.255',
    '2606:4700:4700::1111',
    '2a00:1450:4001:82a::200e',
    '::ffff:1.1.1.1',
    '64:ff9b::101:101',
  ])('takes %s', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it.each([
    ['this network', '0.0.0.0'],
    ['this network', '0.255.255.255'],
    ['private', '10.0.0.1'],
    ['private', '172.16.0.1'],
    ['private', '172.31.255.255'],
    ['private', '192.168.0.1'],
    ['shared by a carrier', '100.64.0.1'],
    ['the metadata of Alibaba', '100.100.100.200'],
    ['shared by a carrier', '100.127.255.255'],
    ['loopback', '127.0.0.1'],
    ['loopback', '127.255.255.255'],
    ['link-local', '169.254.0.1'],
    ['the metadata of most clouds', '169.254.169.254'],
    ['protocol assignments', '192.0.0.8'],
    ['the metadata of Oracle', '192.0.0.192'],
    ['documentation', '192.0.2.1'],
    ['documentation', '198.51.100.1'],
    ['documentation', '203.0.113.1'],
    ['relays of 6to4', '192.88.99.1'],
    ['benchmarks', '198.18.0.1'],
    ['benchmarks', '198.19.255.255'],
    ['multicast', '224.0.0.1'],
    ['multicast', '239.255.255.255'],
    ['reserved', '240.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ['the host of Azure', '168.63.129.16'],
    ['unspecified', '::'],
    ['loopback', '::1'],
    ['link-local', 'fe80::1'],
    ['link-local with a zone', 'fe80::1%eth0'],
    ['once site-local', 'fec0::1'],
    ['unique local', 'fc00::1'],
    ['the metadata of AWS', 'fd00:ec2::254'],
    ['multicast', 'ff02::1'],
    ['documentation', '2001:db8::1'],
    ['documentation', '3fff::1'],
    ['benchmarks', '2001:2::1'],
    ['identifiers of hosts', '2001:20::1'],
    ['discard', '100::1'],
    ['segment routing', '5f00::1'],
    ['in no use', '4000::1'],
    ['in no use', '1::1'],
    ['mapped loopback', '::ffff:127.0.0.1'],
    ['mapped metadata', '::ffff:a9fe:a9fe'],
    ['mapped private', '::ffff:10.0.0.1'],
    ['compatible loopback', '::127.0.0.1'],
    ['compatible metadata', '::a9fe:a9fe'],
    ['compatible public', '::101:101'],
    ['translated loopback', '::ffff:0:7f00:1'],
    ['loopback behind NAT64', '64:ff9b::7f00:1'],
    ['metadata behind NAT64', '64:ff9b::169.254.169.254'],
    ['the host of Azure behind NAT64', '64:ff9b::a83f:8110'],
    ['local NAT64', '64:ff9b:1::101:101'],
    ['6to4 of loopback', '2002:7f00:1::1'],
    ['6to4 of a public address', '2002:101:101::1'],
    ['Teredo', '2001:0:53aa:64c:0:0:80ff:fffe'],
    ['no address', 'example.org'],
    ['no address', ''],
    ['an address for others only', '127.1'],
    ['an address for others only', '0x7f.0.0.1'],
    ['an address for others only', '010.0.0.1'],
  ])('refuses what is %s: %s', (_, address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

describe('parseNetwork and isWithin', () => {
  const within = (address: string, network: string) => isWithin(address, parseNetwork(network) as Network);

  it.each([
    ['10.1.2.3', '10.0.0.0/8'],
    ['10.1.2.3', '10.1.2.3'],
    ['::ffff:10.1.2.3', '10.0.0.0/8'],
    ['64:ff9b::a01:203', '10.0.0.0/8'],
    ['::ffff:10.1.2.3', '::ffff:0:0/96'],
    ['fd00::1', 'fd00::/8'],
    ['1.2.3.4', '0.0.0.0/0'],
  ])('find %s in %s', (address, network) => {
    expect(within(address, network)).toBe(true);
  });

  it.each([
    ['11.1.2.3', '10.0.0.0/8'],
    ['10.1.2.4', '10.1.2.3'],
    ['fd00::1', '0.0.0.0/0'],
    ['1.2.3.4', '::/0'],
    ['intranet', '0.0.0.0/0'],
  ])('do not find %s in %s', (address, network) => {
    expect(within(address, network)).toBe(false);
  });

  it.each([
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0.0/-1',
    '10.1/8',
    '::/129',
    'intranet',
    '',
    '/8',
  ])('take %j for no network', (text) => {
    expect(parseNetwork(text)).toBeUndefined();
  });
});
