import { describe, expect, test } from 'vitest';
import { checkDurability, type DurabilityPolicy, durabilityFault } from './durability-policy.ts';
import type { Durability } from './durability-store.ts';

const best: Durability = {
  appendonly: true,
  appendfsync: 'always',
  noAppendfsyncOnRewrite: 'no',
  maxmemoryPolicy: 'noeviction',
  redisVersion: '7.0.15',
  replicas: 0,
};
const hosted = { appendfsync: 'unknown', noAppendfsyncOnRewrite: 'unknown' } as const;
const asks = (disk: DurabilityPolicy['disk'], replicas = 0): DurabilityPolicy => ({ disk, replicas });

describe('the missing condition', () => {
  const table: readonly (readonly [DurabilityPolicy, Partial<Durability>, fault: string | undefined])[] = [
    [asks('fsync'), {}, undefined],
    [asks('fsync'), { appendfsync: 'everysec', redisVersion: '7.2.0' }, undefined],
    [asks('fsync'), { appendfsync: 'everysec', redisVersion: '10.0.1' }, undefined],
    [asks('fsync'), { ...hosted, redisVersion: '8.0.0' }, undefined],
    [asks('fsync'), { appendfsync: 'everysec' }, 'Set appendfsync always, or REDIAL_DURABILITY=everysec'],
    [asks('fsync'), hosted, 'cannot say when a write is on disk'],
    [asks('fsync'), { appendfsync: 'no', redisVersion: '8.0.0' }, 'appendfsync no'],
    [asks('fsync'), { appendonly: false }, 'appendonly no'],
    [asks('fsync'), { noAppendfsyncOnRewrite: 'yes' }, 'no-appendfsync-on-rewrite yes'],
    [asks('fsync'), { maxmemoryPolicy: 'allkeys-lru' }, 'maxmemory-policy allkeys-lru'],
    [asks('everysec'), { appendfsync: 'everysec' }, undefined],
    [asks('everysec'), { ...hosted, redisVersion: '8.0.0' }, 'does not say how it syncs'],
    [asks('everysec'), { appendfsync: 'no' }, 'appendfsync no'],
    [asks('everysec'), { appendonly: false }, 'appendonly no'],
    [asks('everysec'), { noAppendfsyncOnRewrite: 'yes' }, 'no-appendfsync-on-rewrite yes'],
    [asks('none'), { appendonly: false, appendfsync: 'no', maxmemoryPolicy: 'allkeys-lru' }, undefined],
    [asks('none'), { ...hosted, noAppendfsyncOnRewrite: 'yes' }, undefined],
    [asks('fsync', 1), { replicas: 1 }, undefined],
    [asks('fsync', 1), { replicas: 2 }, undefined],
    [asks('fsync', 1), {}, 'REDIAL_REPLICAS is 1, but 0 replicas keep up'],
    [asks('fsync', 2), { replicas: 1 }, 'REDIAL_REPLICAS is 2, but 1 replica keeps up'],
    [asks('everysec', 1), { appendfsync: 'everysec' }, 'REDIAL_REPLICAS is 1'],
    [asks('none', 1), {}, 'REDIAL_REPLICAS is 1'],
    [asks('fsync', 1), { appendonly: false }, 'appendonly no'],
  ];

  test.each(table)('where %j is required and Redis has %j: %s', (asked, found, fault) => {
    const said = durabilityFault(asked, { ...best, ...found });
    if (fault === undefined) expect(said).toBeUndefined();
    else expect(said).toContain(fault);
    expect(checkDurability(asked, { ...best, ...found })).toMatchObject({
      ok: fault === undefined,
      ...(said && { fault: said }),
    });
  });
});

describe('the promise that holds', () => {
  const always =
    'every acceptance is on disk before its 202, every claim before its Originate, every end before its CDR goes out (appendfsync always)';
  const table: readonly (readonly [DurabilityPolicy, Partial<Durability>, promise: string])[] = [
    [asks('fsync'), {}, always],
    [asks('fsync'), { appendfsync: 'everysec' }, always.replace('always', 'everysec, WAITAOF')],
    [asks('fsync'), hosted, always.replace('always', 'unknown, WAITAOF')],
    [asks('fsync', 1), {}, always.replace('on disk', 'on disk and on 1 replica')],
    [asks('fsync', 2), {}, always.replace('on disk', 'on disk and on 2 replicas')],
    [
      asks('everysec'),
      { appendfsync: 'everysec' },
      'a crash of Redis or its host may lose the last two seconds: accepted calls, and claims, so that a call is dialled twice',
    ],
    [asks('none'), {}, 'nothing is promised: a crash of Redis may lose calls, and dial them twice'],
    [
      asks('none', 1),
      {},
      'every acceptance is on 1 replica before its 202, every claim before its Originate, every end before its CDR goes out; without a promotion nothing is promised: a crash of Redis may lose calls, and dial them twice',
    ],
  ];

  test.each(table)('where %j is required and Redis has %j: %s', (asked, found, promise) => {
    const satisfied = { ...best, redisVersion: '7.2.0', replicas: asked.replicas };
    expect(checkDurability(asked, { ...satisfied, ...found })).toEqual({ ok: true, value: promise });
  });
});
