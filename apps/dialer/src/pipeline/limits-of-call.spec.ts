import { type CallRequest, kindOfLimit } from '@redial/call';
import { describe, expect, it } from 'vitest';
import { aCall, anotherAttemptId, configurationWith, job, monday9 } from '../../testing/builders.ts';
import { dialJobWorld, expectNothingBegun } from '../../testing/dial-job-world.ts';
import { limitOfPbx, limitsOfCall } from './limits-of-call.ts';

type Leg = CallRequest['dial1'];
const extension = (name: string): Leg => ({ kind: 'extension', extension: name });
const number = (e164: string): Leg => ({ kind: 'number', e164, trunk: 'carrier' });
const configuration = configurationWith({
  tenant: {
    extensions: { pattern: '1[0-9]{3}', maxCalls: 2, limits: { 1003: { maxCalls: 5 } } },
    services: [{ kind: 'queue', name: 'sales' }],
    contexts: ['office'],
  },
});
const limits = (dial1: Leg, dial2: Leg) =>
  [limitOfPbx('pbx-1', configuration), ...limitsOfCall(aCall({ dial1, dial2 }), configuration).requests].map(
    ({ limit, permits, maxCalls }) => [limit.replace(/[0-9a-f]{32}/, '<hash>'), permits, maxCalls],
  );
const [pbx, trunk, aNumber] = [
  ['pbx.pbx-1', 1, 1_000],
  ['trunk.carrier', 1, 10],
  ['number.<hash>', 1, 1],
];

describe('the limits of a call', () => {
  it.each<[string, Leg, Leg, unknown[]]>([
    [
      'an extension and a number',
      extension('1001'),
      number('27821234567'),
      [['extension.acme.1001', 1, 2], trunk, aNumber],
    ],
    [
      'two extensions, one with a limit of its own',
      extension('1003'),
      extension('1001'),
      [
        ['extension.acme.1003', 1, 5],
        ['extension.acme.1001', 1, 2],
      ],
    ],
    ['two numbers', number('27821234567'), number('27821234568'), [['trunk.carrier', 2, 10], aNumber, aNumber]],
    [
      'a service: many phones, or none',
      { kind: 'service', service: 'sales' },
      extension('1001'),
      [['extension.acme.1001', 1, 2]],
    ],
    [
      'an extension by way of a context',
      { kind: 'context', context: 'office', exten: '1001' },
      extension('1002'),
      [
        ['extension.acme.1001', 1, 2],
        ['extension.acme.1002', 1, 2],
      ],
    ],
    [
      'a number by way of a context',
      { kind: 'context', context: 'office', exten: '0821234567', e164: '27821234567' },
      extension('1002'),
      [aNumber, ['extension.acme.1002', 1, 2]],
    ],
    [
      'what a context alone knows',
      { kind: 'context', context: 'office', exten: '9' },
      extension('1002'),
      [['extension.acme.1002', 1, 2]],
    ],
  ])('%s', (_what, dial1, dial2, expected) => {
    expect(limits(dial1, dial2)).toEqual([pbx, ...expected]);
  });

  it('one number has one limit, however it is reached, and another tenant’s is another; no digit of it can be read', () => {
    const limitOf = (leg: Leg, tenantId = 'acme') =>
      limitsOfCall({ ...aCall({ dial2: leg }), tenantId }, configuration).legs.dial2.find(
        (limit) => kindOfLimit(limit) === 'number',
      );
    const limit = limitOf(number('27821234567'));
    expect(limit).toMatch(/^number\.[0-9a-f]{32}$/);
    expect(limit).not.toContain('821234567');
    expect(limitOf({ kind: 'context', context: 'office', exten: '0821234567', e164: '27821234567' })).toBe(limit);
    expect(limitOf(number('27821234568'))).not.toBe(limit);
    expect(limitOf(number('27821234567'), 'globex')).not.toBe(limit);
  });

  it('each is a leg’s own', () => {
    const call = aCall({ dial1: extension('1001'), dial2: number('27821234567') });
    expect(limitsOfCall(call, configuration).legs).toEqual({
      dial1: ['extension.acme.1001'],
      dial2: ['trunk.carrier', expect.stringMatching(/^number\./)],
    });
  });
});

describe('given a phone that is in another call', () => {
  const busy = (request: Partial<CallRequest> = {}, which: 'dial1' | 'dial2' = 'dial1') => {
    const world = dialJobWorld({ request });
    const limit = limitsOfCall(world.call, configurationWith()).legs[which].find(
      (name) => kindOfLimit(name) !== 'trunk',
    );
    world.store.occupy(limit as string, anotherAttemptId);
    return world;
  };

  it.each([
    ['dial1', 'extension', 'extension 1001 is in another call'],
    ['dial2', 'number', 'the number of dial2 is in another call'],
  ] as const)(
    'when it is %s’s, then the call waits for the %s and states so, in words; no permit is held',
    async (which, gate, reason) => {
      const world = busy({}, which);
      expect(await world.run(job)).toMatchObject({ type: 'later' });
      expect(world.call.state).toMatchObject({ status: 'queued', dueAt: monday9 });
      expect(world.call.gateNote).toMatchObject({ gate, reason, decision: 'defer' });
      expect(world.call.history).toEqual([]);
      expectNothingBegun(world);
    },
  );

  it('when a client waits for dial1, then the call ends at once, because dial1 is busy', async () => {
    const world = busy({ outcomeAwaited: true });
    expect(await world.run(job)).toMatchObject({ type: 'done' });
    expect(world.call.state).toMatchObject({ status: 'blocked', reason: 'extension 1001 is in another call' });
    expect(world.call.gateNote).toMatchObject({ gate: 'extension' });
    expectNothingBegun(world);
  });

  it('when a client waits for dial1 and the phone is dial2’s, then the call waits: dial1 may be free', async () => {
    const world = busy({ outcomeAwaited: true }, 'dial2');
    expect(await world.run(job)).toMatchObject({ type: 'later' });
    expect(world.call.gateNote).toMatchObject({ gate: 'number' });
  });

  it('when both sides are one phone, then the call is blocked, and the reason names the phone', async () => {
    const world = dialJobWorld({ request: { dial2: extension('1001') } });
    await world.run(job);
    expect(world.call.state).toMatchObject({ status: 'blocked', reason: expect.stringContaining('extension 1001') });
  });
});
