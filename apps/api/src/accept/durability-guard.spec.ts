import type { Durability } from '@redial/store';
import { expect, it } from 'vitest';
import { durabilityGuard } from './durability-guard.ts';

const best: Durability = {
  appendonly: true,
  appendfsync: 'always',
  noAppendfsyncOnRewrite: 'no',
  maxmemoryPolicy: 'noeviction',
  redisVersion: '7.0.15',
  replicas: 0,
};

function guarded(disk: 'fsync' | 'none', replicas: number) {
  const world = { asked: 0, now: 0, found: best };
  const store = {
    durability: async () => {
      world.asked += 1;
      return world.found;
    },
  };
  return Object.assign(world, { guard: durabilityGuard({ disk, replicas }, store, { now: () => world.now }) });
}

it('queries Redis again after a while, not every time', async () => {
  const world = guarded('fsync', 0);
  expect(await world.guard.fault()).toBeUndefined();
  world.found = { ...best, appendonly: false };
  expect(await world.guard.fault()).toBeUndefined();
  expect(world.asked).toBe(1);
  world.now = 10_001;
  expect(await world.guard.fault()).toContain('appendonly no');
});

it('notices soon that a fault is repaired', async () => {
  const world = guarded('none', 1);
  expect(await world.guard.fault()).toContain('REDIAL_REPLICAS');
  world.found = { ...best, replicas: 1 };
  world.now = 1_000;
  expect(await world.guard.fault()).toContain('REDIAL_REPLICAS');
  world.now = 1_001;
  expect(await world.guard.fault()).toBeUndefined();
});

it('sends no query if no durability is required', async () => {
  const world = guarded('none', 0);
  world.found = { ...best, appendonly: false };
  expect(await world.guard.fault()).toBeUndefined();
  expect(world.asked).toBe(0);
});
