import type { TenantConfiguration } from '@redial/configuration';
import type { Keyless } from '@redial/dialects';
import { describe, expect, it, test } from 'vitest';
import { keylessTenants } from './keyless.ts';

const openings = new Map<string, Keyless>();
const tenant = (id: string, keyless?: Keyless): TenantConfiguration => {
  if (keyless !== undefined) openings.set(id, keyless);
  return { id } as TenantConfiguration;
};
const keyless = ({ id }: TenantConfiguration) => openings.get(id);

const find = keylessTenants(
  [
    tenant('closed'),
    tenant('crm', { ipAllowList: ['10.1.2.3', '192.168.5.0/24', '2001:db8::/32'] }),
    tenant('north', { ipAllowList: ['172.16.0.0/12'], host: 'North.example' }),
    tenant('south', { ipAllowList: ['172.16.0.0/12'], host: 'south.example' }),
  ],
  keyless,
);

test.each([
  ['10.1.2.3', undefined, 'crm'],
  ['::ffff:10.1.2.3', undefined, 'crm'],
  ['192.168.5.200', 'anything', 'crm'],
  ['2001:db8::1', undefined, 'crm'],
  ['10.1.2.4', undefined, undefined],
  ['127.0.0.1', undefined, undefined],
  ['172.16.9.9', 'north.example', 'north'],
  ['172.16.9.9', 'SOUTH.example:8080', 'south'],
  ['172.16.9.9', 'other.example', undefined],
  ['172.16.9.9', undefined, undefined],
  ['10.9.9.9', 'north.example', undefined],
  [undefined, 'north.example', undefined],
  ['nonsense', undefined, undefined],
])('from %s for %s: %s', (address, host, id) => {
  expect(find({ address, host })?.id).toBe(id);
});

describe('two tenants open to one source', () => {
  it('are open to no client', () => {
    const both = keylessTenants(
      [tenant('a', { ipAllowList: ['10.0.0.0/8'] }), tenant('b', { ipAllowList: ['10.1.0.0/16'] })],
      keyless,
    );
    expect(both({ address: '10.1.0.1', host: undefined })).toBeUndefined();
    expect(both({ address: '10.2.0.1', host: undefined })?.id).toBe('a');
  });
});

it('is no tenant, if a dialect allows no client without a key', () => {
  expect(keylessTenants([tenant('no-opening')], keyless)({ address: '10.1.2.3', host: undefined })).toBeUndefined();
});
