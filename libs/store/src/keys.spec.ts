import { expect, it } from 'vitest';
import { reservationMember, storeKeys } from './keys.ts';

it('refuses a prefix without a hash tag: its keys would lie on several nodes of a Cluster, and no write would be atomic', () => {
  for (const prefix of ['redial', '{}', '', '{redial']) expect(() => storeKeys(prefix)).toThrow(RangeError);
  expect(storeKeys('eu:{redial}').due).toBe('eu:{redial}:due');
});

it('does not show a client’s own idempotency key', () => {
  const key = storeKeys('{redial}').idempotency({ tenantId: 'acme', key: '+27 82 000 1234' });
  expect(key).toMatch(/^\{redial\}:idempotency:acme:[0-9a-f]{32}$/);
});

it('does not show a reserved reference, and differs between tenants and dialects', () => {
  const reservation = { tenantId: 'acme', dialect: 'dialup', reference: '+27 82 000 1234' };
  expect(reservationMember(reservation)).toMatch(/^acme:dialup:[0-9a-f]{32}$/);
  const all = [
    reservation,
    { ...reservation, tenantId: 'a' },
    { ...reservation, dialect: 'act' },
    { ...reservation, reference: '' },
  ];
  expect(new Set(all.map(reservationMember)).size).toBe(4);
});
