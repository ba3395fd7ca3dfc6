import type { TenantRoutes } from '@redial/asterisk';
import { expect, it, test, vi } from 'vitest';
import { queryPbxs } from './query-pbxs.ts';

const tenant: TenantRoutes = {
  extensions: { channel: 'PJSIP/{extension}', ring: 'first', forwards: 'refuse' },
  services: [
    { kind: 'queue', name: 'test-queue' },
    { kind: 'queue', name: 'far-queue', channel: 'Local/610@far-queues/n' },
    { kind: 'queue', name: 'lobby', channel: 'PJSIP/lobby' },
    { kind: 'context', name: 'after-hours', channel: 'Local/s@after-hours/n' },
  ],
};
const errorIfNo = { field: 'destination', message: 'is not there' };
const queue = { type: 'service_exists', service: 'test-queue', errorIfNo } as const;
const saying = (...answers: readonly (boolean | undefined)[]) =>
  queryPbxs(answers.map((answer) => ({ query: async () => answer })));

test.each([
  [[true], true],
  [[false], false],
  [[undefined], undefined],
  [[false, true], true],
  [[undefined, true], true],
  [[false, false], false],
  [[undefined, false], undefined],
  [[false, undefined], undefined],
  [[undefined, undefined], undefined],
  [[], undefined],
] as const)('of %j comes %s', async (answers, decision) => {
  expect(await saying(...answers)(tenant, queue)).toBe(decision);
});

it('does not wait for a slow PBX once another has answered yes', async () => {
  const never = new Promise<boolean>(() => undefined);
  const query = queryPbxs([{ query: () => never }, { query: async () => true }]);
  expect(await query(tenant, queue)).toBe(true);
});

test.each([
  ['a phone', { type: 'device_online', extension: '1001' }, { type: 'device_online', channel: 'PJSIP/1001' }],
  [
    'a queue by its name',
    { type: 'service_exists', service: 'test-queue' },
    { type: 'queue_exists', queue: 'test-queue' },
  ],
  [
    'a queue by a context of its own',
    { type: 'service_exists', service: 'far-queue' },
    { type: 'context_exists', context: 'far-queues', exten: '610' },
  ],
  [
    'a context',
    { type: 'service_exists', service: 'after-hours' },
    { type: 'context_exists', context: 'after-hours', exten: 's' },
  ],
] as const)('%s is queried by its name on the PBX', async (_what, question, asked) => {
  const pbx = { query: vi.fn(async () => true) };
  await queryPbxs([pbx])(tenant, { ...question, errorIfNo });
  expect(pbx.query).toHaveBeenCalledExactlyOnceWith(asked);
});

test.each([
  ['a phone behind a Local channel', 'Local/{extension}@devices/n', { type: 'device_online', extension: '1001' }],
  ['a phone of another PBX', 'PJSIP/{extension}@far', { type: 'device_online', extension: '1001' }],
  ['a queue that is a phone', 'PJSIP/{extension}', { type: 'service_exists', service: 'lobby' }],
] as const)('%s counts as there: only ringing shows it', async (_what, channel, question) => {
  const pbx = { query: vi.fn(async () => false) };
  const extensions = { ...tenant.extensions, channel };
  expect(await queryPbxs([pbx])({ ...tenant, extensions }, { ...question, errorIfNo })).toBe(true);
  expect(pbx.query).not.toHaveBeenCalled();
});

it('queries the phone itself if all devices ring', async () => {
  const pbx = { query: vi.fn(async () => true) };
  const all = { ...tenant, extensions: { ...tenant.extensions, ring: 'all' as const } };
  await queryPbxs([pbx])(all, { type: 'device_online', extension: '1001', errorIfNo });
  expect(pbx.query).toHaveBeenCalledExactlyOnceWith({ type: 'device_online', channel: 'PJSIP/1001' });
});
