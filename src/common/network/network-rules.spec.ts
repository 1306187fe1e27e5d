import { describe, expect, it } from '@jest/globals';
import { createServer } from 'node:net';
import type { LookupFunction } from 'node:net';
import { ForbiddenAddress, NetworkRules } from './network-rules.js';

const SETTING = 'notices.allowed_networks';
const at =
  (...addresses: string[]) =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

describe('The address of an upstream server', () => {
  const rules = new NetworkRules([], SETTING, at('93.184.216.34'));

  it.each([
    ...['1.0.0.0', '8.8.8.8', '9.255.255.255', '11.0.0.0', '93.184.216.34', '100.63.255.255', '100.128.0.0', '126.255.255.255'],
    ...[
      '128.0.0.0',
      '172.15.255.255',
      '172.32.0.1',
      '192.0.1.0',
      '192.169.0.0',
      '198.17.255.255',
      '198.20.0.0',
      '223.255.255.255',
    ],
    ...[
      '2000::1',
      '2001:200::1',
      '2003::1',
      '2606:4700::1111',
      '3ffe::1',
      '::ffff:8.8.8.8',
      '64:ff9b::8.8.8.8',
      '64:ff9b::808:808',
    ],
  ])('may be public: %s', (address) => expect(rules.allows(address)).toBe(true));

  it.each([
    ['this host', ['0.0.0.0', '0.1.2.3', '0.255.255.255', '::']],
    ['private networks', ['10.0.0.0', '10.255.255.255', '172.16.0.1', '172.31.255.255', '192.168.0.0', '192.168.255.255']],
    ['private networks of IPv6', ['fc00::1', 'fd12:3456::1', 'fd00:ec2::254', 'fdff:ffff::', 'fec0::1', 'feff::1']],
    ['shared by providers', ['100.64.0.0', '100.64.0.1', '100.127.255.255']],
    ['loopback', ['127.0.0.0', '127.0.0.1', '127.255.255.254', '::1', '0:0:0:0:0:0:0:1']],
    [
      "link-local, clouds' metadata",
      ['169.254.0.1', '169.254.169.254', 'fe80::1', 'fe80::1%eth0', 'febf::1', 'fe80::1%br-lan.1'],
    ],
    [
      'protocol assignments',
      ['192.0.0.0', '192.0.0.8', '192.0.0.255', '2001::1', '2001:1::1', '2001:1ff:ffff::1', '192.88.99.1'],
    ],
    [
      'documentation',
      ['192.0.2.0', '192.0.2.255', '198.51.100.7', '203.0.113.9', '2001:db8::1', '2001:db8:ffff::', '3fff::1', '3fff:fff::1'],
    ],
    ['benchmarks', ['198.18.0.0', '198.18.0.1', '198.19.255.255', '2001:2::1']],
    ['multicast', ['224.0.0.1', '239.255.255.255', 'ff00::', 'ff02::1', 'ff0e::1']],
    ['reserved', ['240.0.0.0', '255.255.255.254', '255.255.255.255', '4000::1', '5f00::1', '100::1', 'fe00::1']],
    [
      'IPv4 in IPv6',
      ['::ffff:127.0.0.1', '::ffff:7f00:1', '0:0:0:0:0:ffff:a00:1', '::FFFF:10.0.0.1', '::ffff:169.254.169.254%1'],
    ],
    ['IPv4 in obsolete forms of IPv6', ['::127.0.0.1', '::8.8.8.8', '::808:808', '::ffff:0:7f00:1', '::ffff:0:808:808']],
    ['IPv4 behind NAT64', ['64:ff9b::a00:1', '64:ff9b::10.0.0.1', '64:ff9b::169.254.169.254', '64:ff9b:1::808:808', '64:ff9b::']],
    ['IPv4 in tunnels', ['2002:7f00:1::', '2002:808:808::1', '2001:0:808:808::1', '2001:0:4136:e378:8000:63bf:3fff:fdd2']],
    ['odd spellings', ['127.1', '0x7f.1', '0x7f000001', '0177.0.0.1', '2130706433', '8.8', '08.8.8.8', '8.8.8.8 ', '8.8.8.8/32']],
    ['no addresses', ['', 'localhost', '[::1]', '[2606:4700::1111]', '1', ':', ':::']],
  ])('must not be one of those that are %s', (_, addresses) => {
    expect(addresses.filter((address) => rules.allows(address))).toEqual([]);
  });

  it('may be in a network the operator allows, however it is written, and in no other', () => {
    const own = new NetworkRules(['10.20.0.0/16', 'fd00::/8', '127.0.0.1'], SETTING);
    for (const address of ['10.20.3.4', '::ffff:10.20.3.4', 'fd12::1', '127.0.0.1']) expect(own.allows(address)).toBe(true);
    for (const address of ['10.21.0.1', '127.0.0.2', '::1', '169.254.169.254']) expect(own.allows(address)).toBe(false);
  });

  it.each([
    ...[
      'http://127.0.0.1/',
      'http://2130706433/',
      'http://0x7f000001/',
      'http://0177.0.0.1/',
      'http://127.1/',
      'http://0x7f.1/',
      'http://0/',
    ],
    ...['http://[::1]/', 'http://[::ffff:127.0.0.1]/', 'http://①②⑦.⓪.⓪.①/', 'http://169.254.169.254/latest/meta-data'],
  ])('is judged in every spelling: %s', async (url) => {
    await expect(rules.check(url)).rejects.toThrow(ForbiddenAddress);
    expect(() => rules.connectOptions(url)).toThrow(ForbiddenAddress);
  });

  it('is what its name resolves to; one forbidden address among public ones is enough', async () => {
    await expect(new NetworkRules([], SETTING, at('10.0.0.1')).check('http://intranet.example/')).rejects.toThrow(
      `allow its network in ${SETTING} if it should be reached, e.g. ["10.0.0.1/32"]`,
    );
    await expect(new NetworkRules([], SETTING, at('8.8.8.8', '::1')).check('http://both.example/')).rejects.toThrow(
      ForbiddenAddress,
    );
    await expect(rules.check('https://public.example/mcp')).resolves.toBeUndefined();
  });

  it('is judged as far as it is known here, where somebody else resolves its name', async () => {
    const nowhere = () => Promise.reject(new Error('ENOTFOUND'));
    await expect(new NetworkRules([], SETTING, nowhere).checkIfKnown('https://far.example/')).resolves.toBeUndefined();
    await expect(new NetworkRules([], SETTING, nowhere).checkIfKnown('https://10.0.0.1/')).rejects.toThrow(ForbiddenAddress);
    await expect(new NetworkRules([], SETTING, at('10.0.0.1')).checkIfKnown('https://in.example/')).rejects.toThrow(
      ForbiddenAddress,
    );
  });
});

describe('Connecting to an upstream server', () => {
  const resolved = (lookup: LookupFunction, options: object) =>
    new Promise((resolve, reject) => lookup('name.example', options, (error, found) => (error ? reject(error) : resolve(found))));

  it('goes to the address that was judged', async () => {
    const { lookup } = new NetworkRules([], SETTING, at('8.8.8.8', '2606:4700::1111')).connectOptions('http://name.example/');
    expect(await resolved(lookup, {})).toBe('8.8.8.8');
    expect(await resolved(lookup, { family: 6 })).toBe('2606:4700::1111');
    expect(await resolved(lookup, { all: true })).toHaveLength(2);
  });

  it('judges anew every time, so that a name that moves inside is refused', async () => {
    let address = '8.8.8.8';
    const { lookup } = new NetworkRules([], SETTING, () => at(address)()).connectOptions('http://name.example/');
    expect(await resolved(lookup, {})).toBe('8.8.8.8');
    address = '127.0.0.1';
    await expect(resolved(lookup, {})).rejects.toThrow(ForbiddenAddress);
  });

  it('never reaches a listener on a forbidden address by way of a real name', async () => {
    let connections = 0;
    const server = createServer((socket) => (socket.destroy(), (connections += 1)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    await expect(new NetworkRules([], SETTING).check(`http://localhost:${port}/`)).rejects.toThrow(ForbiddenAddress);
    expect(connections).toBe(0);
    await new Promise((resolve) => server.close(resolve));
  });
});
