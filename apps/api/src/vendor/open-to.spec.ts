import type { Tenant } from '@redial/call';
import type { OpenTo } from '@redial/dialects';
import { describe, expect, it, test } from 'vitest';
import { openingsOf } from './open-to.ts';

const openings = new Map<string, OpenTo>();
const tenant = (id: string, openTo?: OpenTo): Tenant => {
  if (openTo !== undefined) openings.set(id, openTo);
  return { id } as Tenant;
};
const openTo = ({ id }: Tenant) => openings.get(id);

const find = openingsOf(
  [
    tenant('closed'),
    tenant('crm', { sources: ['10.1.2.3', '192.168.5.0/24', '2001:db8::/32'] }),
    tenant('north', { sources: ['172.16.0.0/12'], host: 'North.example' }),
    tenant('south', { sources: ['172.16.0.0/12'], host: 'south.example' }),
  ],
  openTo,
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
  it('are open to nobody', () => {
    const both = openingsOf(
      [tenant('a', { sources: ['10.0.0.0/8'] }), tenant('b', { sources: ['10.1.0.0/16'] })],
      openTo,
    );
    expect(both({ address: '10.1.0.1', host: undefined })).toBeUndefined();
    expect(both({ address: '10.2.0.1', host: undefined })?.id).toBe('a');
  });
});

it('is nobody, where a dialect opens to nobody', () => {
  expect(openingsOf([tenant('crm')])({ address: '10.1.2.3', host: undefined })).toBeUndefined();
});
