import { describe, expect, it } from '@jest/globals';
import { isInNetwork, parseAddress, parseNetwork } from './ip-address.js';

describe('an IP address', () => {
  it.each([
    ['10.0.0.1', '10.0.0.1'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['::FFFF:a00:1', '10.0.0.1'],
    ['::10.0.0.1', '::a00:1'],
    ['2001:0db8:0:0::1', '2001:db8::1'],
    ['fe80::1%br-lan.100', 'fe80::1'],
  ])('%s is read as %s', (text, address) => expect(parseAddress(text)?.toString()).toBe(address));

  it.each(['', 'localhost', '127.1', '0x7f.0.0.1', '0177.0.0.1', '2130706433', '1.2.3.4.5', '1.2.3.4/8', '[::1]', ' 1.2.3.4'])(
    '"%s" is none',
    (text) => expect(parseAddress(text)).toBeUndefined(),
  );
});

describe('a network', () => {
  it.each(['', '10.0.0.0/', '10.0.0.0/33', 'fd00::/129', '10.0.0.0/8/8', '10/8', '0x0a.0.0.0/8', '10.0.0.0/-1', '10.0.0.0/8x'])(
    'is not "%s"',
    (text) => expect(parseNetwork(text)).toBeUndefined(),
  );

  it.each([
    ['10.0.0.0/8', '10.255.0.1', true],
    ['10.0.0.0/8', '11.0.0.1', false],
    ['10.1.2.3', '10.1.2.3', true],
    ['10.1.2.3', '10.1.2.4', false],
    ['0.0.0.0/0', '8.8.8.8', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['::/0', '8.8.8.8', false],
    ['::/8', '::8.8.8.8', true],
    ['fd00::/8', 'fd12::1%eth0', true],
    ['10.0.0.0/8', '::ffff:10.1.1.1', true],
    ['::ffff:10.0.0.0/104', '10.1.1.1', true],
    ['::ffff:10.0.0.0/104', '11.1.1.1', false],
  ])('%s and %s: %s', (network, address, isInside) => {
    expect(isInNetwork(parseAddress(address)!, parseNetwork(network)!)).toBe(isInside);
  });
});
