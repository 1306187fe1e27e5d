import { describe, expect, it } from '@jest/globals';
import { createServer } from 'node:net';
import type { LookupFunction } from 'node:net';
import { ForbiddenAddress, NetworkRules } from './network-rules.js';

const at =
  (...addresses: string[]) =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

describe('The address of an upstream server', () => {
  const rules = new NetworkRules([], at('93.184.216.34'));

  it.each(['8.8.8.8', '93.184.216.34', '172.15.255.255', '172.32.0.1', '100.63.255.255', '2606:4700::1111', '::ffff:8.8.8.8'])(
    'may be public: %s',
    (address) => expect(rules.allows(address)).toBe(true),
  );

  it.each([
    ...['0.0.0.0', '10.1.2.3', '100.64.0.1', '127.0.0.1', '127.255.255.254', '169.254.169.254', '172.16.0.1', '172.31.255.255'],
    ...['192.0.0.8', '192.0.2.1', '192.168.1.1', '198.19.0.1', '198.51.100.7', '203.0.113.9', '224.0.0.1', '240.0.0.1'],
    ...['255.255.255.255', '::', '::1', 'fe80::1', 'fe80::1%eth0', 'fc00::1', 'fd12:3456::1', 'fec0::1', 'ff02::1'],
    ...['::ffff:127.0.0.1', '::ffff:7f00:1', '0:0:0:0:0:ffff:a00:1', '64:ff9b::a00:1', '64:ff9b::169.254.169.254'],
    ...['::127.0.0.1', '2001::1', '2002:7f00:1::', '2001:db8::1', 'fd00:ec2::254', '', 'localhost', '127.1'],
  ])('must not be "%s"', (address) => expect(rules.allows(address)).toBe(false));

  it('may be in a network the operator allows, however it is written, and in no other', () => {
    const own = new NetworkRules(['10.20.0.0/16', 'fd00::/8', '127.0.0.1']);
    for (const address of ['10.20.3.4', '::ffff:10.20.3.4', 'fd12::1', '127.0.0.1']) expect(own.allows(address)).toBe(true);
    for (const address of ['10.21.0.1', '127.0.0.2', '::1', '169.254.169.254']) expect(own.allows(address)).toBe(false);
  });

  it.each([
    ...['http://127.0.0.1/', 'http://2130706433/', 'http://0x7f000001/', 'http://0177.0.0.1/', 'http://127.1/', 'http://0/'],
    ...['http://[::1]/', 'http://[::ffff:127.0.0.1]/', 'http://①②⑦.⓪.⓪.①/', 'http://169.254.169.254/latest/meta-data'],
  ])('is judged in every spelling: %s', async (url) => {
    await expect(rules.check(url)).rejects.toThrow(ForbiddenAddress);
    expect(() => rules.connectOptions(url)).toThrow(ForbiddenAddress);
  });

  it('is what its name resolves to; one forbidden address among public ones is enough', async () => {
    await expect(new NetworkRules([], at('10.0.0.1')).check('http://intranet.example/')).rejects.toThrow('allowed_networks');
    await expect(new NetworkRules([], at('8.8.8.8', '::1')).check('http://both.example/')).rejects.toThrow(ForbiddenAddress);
    await expect(rules.check('https://public.example/mcp')).resolves.toBeUndefined();
  });
});

describe('Connecting to an upstream server', () => {
  const resolved = (lookup: LookupFunction, options: object) =>
    new Promise((resolve, reject) => lookup('name.example', options, (error, found) => (error ? reject(error) : resolve(found))));

  it('goes to the address that was judged', async () => {
    const { lookup } = new NetworkRules([], at('8.8.8.8', '2606:4700::1111')).connectOptions('http://name.example/');
    expect(await resolved(lookup, {})).toBe('8.8.8.8');
    expect(await resolved(lookup, { family: 6 })).toBe('2606:4700::1111');
    expect(await resolved(lookup, { all: true })).toHaveLength(2);
  });

  it('judges anew every time, so that a name that moves inside is refused', async () => {
    let address = '8.8.8.8';
    const { lookup } = new NetworkRules([], () => at(address)()).connectOptions('http://name.example/');
    expect(await resolved(lookup, {})).toBe('8.8.8.8');
    address = '127.0.0.1';
    await expect(resolved(lookup, {})).rejects.toThrow(ForbiddenAddress);
  });

  it('never reaches a listener on a forbidden address by way of a real name', async () => {
    let connections = 0;
    const server = createServer((socket) => (socket.destroy(), (connections += 1)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    await expect(new NetworkRules([]).check(`http://localhost:${port}/`)).rejects.toThrow(ForbiddenAddress);
    expect(connections).toBe(0);
    await new Promise((resolve) => server.close(resolve));
  });
});
