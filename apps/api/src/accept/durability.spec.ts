import type { Durability } from '@redial/store';
import { expect, it, test } from 'vitest';
import { type DurabilityAsked, durabilityFault, durabilityGuard } from './durability.ts';

const best: Durability = {
  appendonly: true,
  appendfsync: 'always',
  maxmemoryPolicy: 'noeviction',
  redisVersion: '7.0.15',
};
const table: readonly (readonly [DurabilityAsked, Partial<Durability>, fault: string | undefined])[] = [
  ['fsync', {}, undefined],
  ['fsync', { appendfsync: 'everysec', redisVersion: '7.2.0' }, undefined],
  ['fsync', { appendfsync: 'everysec', redisVersion: '10.0.1' }, undefined],
  ['fsync', { appendfsync: 'unknown', redisVersion: '8.0.0' }, undefined],
  ['fsync', { appendfsync: 'everysec' }, 'Set appendfsync always, or REDIAL_DURABILITY=everysec'],
  ['fsync', { appendfsync: 'unknown' }, 'cannot say when a write is on disk'],
  ['fsync', { appendfsync: 'no', redisVersion: '8.0.0' }, 'appendfsync no'],
  ['fsync', { appendonly: false }, 'appendonly no'],
  ['fsync', { maxmemoryPolicy: 'allkeys-lru' }, 'maxmemory-policy allkeys-lru'],
  ['everysec', { appendfsync: 'everysec' }, undefined],
  ['everysec', { appendfsync: 'no' }, 'appendfsync no'],
  ['everysec', { appendonly: false }, 'appendonly no'],
  ['none', { appendonly: false, appendfsync: 'no', maxmemoryPolicy: 'allkeys-lru' }, undefined],
];

test.each(table)('%s on %j: %s', (asked, found, fault) => {
  const said = durabilityFault(asked, { ...best, ...found });
  if (fault === undefined) expect(said).toBeUndefined();
  else expect(said).toContain(fault);
});

it('asks Redis again after a while, not every time', async () => {
  let asked = 0;
  let now = 0;
  let found = best;
  const store = {
    durability: async () => {
      asked += 1;
      return found;
    },
  };
  const guard = durabilityGuard('fsync', store, { now: () => now });
  expect(await guard.fault()).toBeUndefined();
  found = { ...best, appendonly: false };
  expect(await guard.fault()).toBeUndefined();
  expect(asked).toBe(1);
  now = 10_001;
  expect(await guard.fault()).toContain('appendonly no');
});
