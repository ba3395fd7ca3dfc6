import { expect, it, test } from 'vitest';
import { ipAllowListOf } from './ip-allow-list.ts';

test.each<[string | undefined, string, boolean]>([
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
  ['', '0.0.0.0/0', false],
  [undefined, '0.0.0.0/0', false],
  ['nonsense', '::/0', false],
  ['1.2.3.256', '0.0.0.0/0', false],
])('%s in %s: %j', (address, source, expected) => {
  expect(ipAllowListOf([source])(address)).toBe(expected);
});

it('is on a list if it is in one of its entries', () => {
  expect(ipAllowListOf(['192.0.2.7', '10.1.0.0/16', '2001:db8::/32'])('10.1.2.3')).toBe(true);
});
