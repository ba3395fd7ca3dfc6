import type { Tenant } from '@redial/call';
import { expect, it, test, vi } from 'vitest';
import { askPbxs } from './ask-pbxs.ts';

const tenant = { extensions: { channel: 'PJSIP/{extension}' } } as Tenant;
const otherwise = { field: 'destination', message: 'is not there' };
const queue = { asks: 'queue_exists', queue: 'test-queue', otherwise } as const;
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

it('does not wait for a slow PBX once another has said yes', async () => {
  const never = new Promise<boolean>(() => undefined);
  const ask = askPbxs([{ ask: () => never }, { ask: async () => true }]);
  expect(await ask(tenant, queue)).toBe(true);
});

test.each([
  [
    { asks: 'device_online', extension: '1001', otherwise },
    { asks: 'device_online', channel: 'PJSIP/1001' },
  ],
  [queue, { asks: 'queue_exists', queue: 'test-queue' }],
  [
    { asks: 'context_exists', context: 'main_routing', exten: 's', otherwise },
    { asks: 'context_exists', context: 'main_routing', exten: 's' },
  ],
] as const)('%j is asked as the PBX knows it', async (question, asked) => {
  const pbx = { ask: vi.fn(async () => true) };
  await askPbxs([pbx])(tenant, question);
  expect(pbx.ask).toHaveBeenCalledExactlyOnceWith(asked);
});

it('asks for the phone itself where all devices ring', async () => {
  const pbx = { ask: vi.fn(async () => true) };
  const all = { extensions: { channel: 'PJSIP/{extension}', ring: 'all' } } as Tenant;
  await askPbxs([pbx])(all, { asks: 'device_online', extension: '1001', otherwise });
  expect(pbx.ask).toHaveBeenCalledExactlyOnceWith({ asks: 'device_online', channel: 'PJSIP/1001' });
});
