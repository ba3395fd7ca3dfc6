import { BlockList, isIP } from 'node:net';
import fc from 'fast-check';
import { expect, it, test } from 'vitest';
import { isPermitted } from './permitted.ts';

test.each([
  ['192.0.2.7', '192.0.2.7', true],
  ['192.0.2.7', '192.0.2.8', false],
  ['10.1.255.255', '10.1.0.0/16', true],
  ['10.2.0.0', '10.1.0.0/16', false],
  ['10.1.4.9', '10.1.4.20/16', true],
  ['1.2.3.4', '0.0.0.0/0', true],
  ['::1', '0.0.0.0/0', false],
  ['::ffff:192.0.2.7', '192.0.2.7', true],
  ['::ffff:c000:207', '192.0.2.7', true],
  ['2001:db8::9', '2001:db8::/32', true],
  ['2001:0db8:0:0:0:0:0:9', '2001:db8::9', true],
  ['2001:db9::9', '2001:db8::/32', false],
  ['fe80::1%eth0', 'fe80::/10', true],
  ['1.2.3.4', '::/0', false],
  ['', '0.0.0.0/0', false],
  ['1.2.3', '0.0.0.0/0', false],
  ['1.2.3.256', '0.0.0.0/0', false],
  ['1::2::3', '::/0', false],
  ['1:2:3:4:5:6:7', '::/0', false],
  ['1:2:3:4:5:6:7:8:9', '::/0', false],
  ['g::1', '::/0', false],
])('%s in %s: %j', (address, entry, expected) => {
  expect(isPermitted(address, [entry])).toBe(expected);
});

it('an unknown address is in none', () => {
  expect(isPermitted(undefined, ['0.0.0.0/0', '::/0'])).toBe(false);
});

it("says what Node's own list says", () => {
  const v4 = fc.tuple(fc.ipV4(), fc.ipV4(), fc.nat(32));
  const v6 = fc
    .tuple(fc.ipV6(), fc.ipV6(), fc.nat(128))
    .filter(([a, b]) => !/^(::|0+:)/.test(a) && !/^(::|0+:)/.test(b));
  fc.assert(
    fc.property(fc.oneof(v4, v6), ([address, network, bits]) => {
      const family = isIP(network) === 6 ? 'ipv6' : 'ipv4';
      const list = new BlockList();
      list.addSubnet(network, bits, family);
      expect(isPermitted(address, [`${network}/${bits}`])).toBe(list.check(address, family));
    }),
    { numRuns: 500 },
  );
});
