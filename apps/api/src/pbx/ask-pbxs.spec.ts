import type { TenantRoutes } from '@redial/asterisk';
import { expect, it, test, vi } from 'vitest';
import { askPbxs } from './ask-pbxs.ts';

const tenant: TenantRoutes = {
  extensions: { channel: 'PJSIP/{extension}', ring: 'first', forwards: 'refuse' },
  services: [
    { kind: 'queue', name: 'test-queue' },
    { kind: 'queue', name: 'far-queue', channel: 'Local/610@far-queues/n' },
    { kind: 'queue', name: 'lobby', channel: 'PJSIP/lobby' },
    { kind: 'context', name: 'after-hours', channel: 'Local/s@after-hours/n' },
  ],
};
const otherwise = { field: 'destination', message: 'is not there' };
const queue = { asks: 'service_exists', service: 'test-queue', otherwise } as const;
const saying = (...answers: readonly (boolean | undefined)[]) =>
  askPbxs(answers.map((answer) => ({ ask: async () => answer })));

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
  const ask = askPbxs([{ ask: () => never }, { ask: async () => true }]);
  expect(await ask(tenant, queue)).toBe(true);
});

test.each([
  ['a phone', { asks: 'device_online', extension: '1001' }, { asks: 'device_online', channel: 'PJSIP/1001' }],
  [
    'a queue by its name',
    { asks: 'service_exists', service: 'test-queue' },
    { asks: 'queue_exists', queue: 'test-queue' },
  ],
  [
    'a queue by a context of its own',
    { asks: 'service_exists', service: 'far-queue' },
    { asks: 'context_exists', context: 'far-queues', exten: '610' },
  ],
  [
    'a context',
    { asks: 'service_exists', service: 'after-hours' },
    { asks: 'context_exists', context: 'after-hours', exten: 's' },
  ],
] as const)('%s is queried by its name on the PBX', async (_what, question, asked) => {
  const pbx = { ask: vi.fn(async () => true) };
  await askPbxs([pbx])(tenant, { ...question, otherwise });
  expect(pbx.ask).toHaveBeenCalledExactlyOnceWith(asked);
});

test.each([
  ['a phone behind a Local channel', 'Local/{extension}@devices/n', { asks: 'device_online', extension: '1001' }],
  ['a phone of another PBX', 'PJSIP/{extension}@far', { asks: 'device_online', extension: '1001' }],
  ['a queue that is a phone', 'PJSIP/{extension}', { asks: 'service_exists', service: 'lobby' }],
] as const)('%s counts as there: only ringing shows it', async (_what, channel, question) => {
  const pbx = { ask: vi.fn(async () => false) };
  const extensions = { ...tenant.extensions, channel };
  expect(await askPbxs([pbx])({ ...tenant, extensions }, { ...question, otherwise })).toBe(true);
  expect(pbx.ask).not.toHaveBeenCalled();
});

it('queries the phone itself if all devices ring', async () => {
  const pbx = { ask: vi.fn(async () => true) };
  const all = { ...tenant, extensions: { ...tenant.extensions, ring: 'all' as const } };
  await askPbxs([pbx])(all, { asks: 'device_online', extension: '1001', otherwise });
  expect(pbx.ask).toHaveBeenCalledExactlyOnceWith({ asks: 'device_online', channel: 'PJSIP/1001' });
});
