import type { AttemptPlan, CallRequest, Destination } from '@redial/call';
import { describe, expect, it, test } from 'vitest';
import { aCall, attemptId, configurationWith } from '../../testing/builders.ts';
import { originateOrder } from './prepare-order.ts';

const { tenants, trunks } = configurationWith({
  tenant: {
    services: [
      { kind: 'ring_group', name: 'reception', channel: 'Local/601@ext-group' },
      { kind: 'queue', name: 'sales' },
      { kind: 'shortcut', name: 'lobby', channel: 'PJSIP/lobby' },
      { kind: 'announcement', name: 'closed', sound: 'custom/closed' },
      {
        kind: 'announcement',
        name: 'welcome',
        sound: 'custom/welcome',
        dtmf: { 1: '1001', 2: 'sales', 0: 'reception' },
        waitSeconds: 9,
      },
      { kind: 'announcement', name: 'weather', channel: 'Local/weather@messages' },
    ],
  },
});
const [tenant] = tenants;
if (tenant === undefined) throw new Error('there is a tenant');
const order = (request: Partial<CallRequest>) => originateOrder(aCall(request), attemptId, tenant, trunks).order;
const service = (name: string): Destination => ({ kind: 'service', service: name });

describe('the order of a plain call', () => {
  it('holds the two channels and the times, and nothing that it does not use', () => {
    expect(order({})).toEqual({
      attemptId,
      dial1Channel: 'PJSIP/1001',
      dial2Channel: 'PJSIP/27821234567@carrier',
      dial1RingTimeoutMs: 20_000,
      dial2RingTimeoutMs: 30_000,
      talkLimitMs: 60_000,
      variables: {},
      headers: { dial1: {}, dial2: {} },
    });
  });

  test.each<[Partial<CallRequest>, object]>([
    [{ callerId: '27110001111' }, { dial1CallerId: '27110001111', dial2CallerId: '27110001111' }],
    [
      { callerId: '27110001111', dial1CallerId: '1002' },
      { dial1CallerId: '1002', dial2CallerId: '27110001111' },
    ],
    [{ dial1CallerName: 'Ms Ndlovu' }, { dial1CallerName: 'Ms Ndlovu' }],
    [{ recording: { under: '1001' } }, { recordingFile: `redial/1001/${attemptId}.wav` }],
    [{ outcomeAwaited: true }, { reportsDial2: true }],
  ])('with %j is %j', (request, reported) => {
    expect(order(request)).toMatchObject(reported);
  });
});

describe('a service', () => {
  test.each([
    ['reception', 'Local/601@ext-group/n'],
    ['sales', 'Local/sales@redial-queue/n'],
    ['lobby', 'PJSIP/lobby'],
    ['closed', 'Local/play@redial-message/n'],
    ['weather', 'Local/weather@messages/n'],
  ])('%s is %s, as either side', (name, channel) => {
    expect(order({ dial1: service(name) }).dial1Channel).toBe(channel);
    expect(order({ dial2: service(name) }).dial2Channel).toBe(channel);
  });

  it('that is no longer configured is rejected', () => {
    expect(() => order({ dial2: service('gone') })).toThrow(RangeError);
  });
});

describe('an announcement', () => {
  it('with digits rings for each an extension or a service, whichever side it is', () => {
    const announcement = {
      sound: 'custom/welcome',
      dtmf: { 0: 'Local/601@ext-group/n', 1: 'PJSIP/1001', 2: 'Local/sales@redial-queue/n' },
      waitSeconds: 9,
    };
    expect(order({ dial1: service('welcome') }).announcement).toEqual(announcement);
    expect(order({ dial2: service('welcome') }).announcement).toEqual(announcement);
  });

  it('without digits is played, and that is all', () => {
    expect(order({ dial2: service('closed') }).announcement).toEqual({
      sound: 'custom/closed',
      dtmf: {},
      waitSeconds: 5,
    });
  });

  it.each(['weather', 'sales'])('of the PBX’s own, such as %s, is not Redial’s to play', (name) => {
    expect(order({ dial2: service(name) })).not.toHaveProperty('announcement');
  });
});

describe('the plan', () => {
  const plan = (request: Partial<CallRequest>, more: Parameters<typeof configurationWith>[0] = {}) => {
    const configuration = configurationWith({ ...more, tenant: { services: tenant.services, ...more.tenant } });
    const [own] = configuration.tenants;
    if (own === undefined) throw new Error('there is a tenant');
    return originateOrder(aCall(request), attemptId, own, configuration.trunks).plan;
  };

  it('is how long each part may take', () => {
    expect(plan({})).toMatchObject({ dial1RingTimeoutMs: 20_000, dial2RingTimeoutMs: 30_000, talkLimitMs: 60_000 });
  });

  it.each<[string, Partial<CallRequest>, Parameters<typeof configurationWith>[0], boolean]>([
    ['two phones', {}, {}, false],
    ['a service with a channel of its own', { dial2: service('lobby') }, {}, false],
    ['a queue rings first', { dial1: service('sales') }, {}, true],
    ['a message comes second', { dial2: service('closed') }, {}, true],
    ['a ring group', { dial2: service('reception') }, {}, true],
    ['a context routes dial1', { dial1: { kind: 'context', context: 'out', exten: '0821' } }, {}, true],
    [
      'extensions are rung by the dialplan',
      {},
      { tenant: { extensions: { pattern: '1[0-9]{3}', channel: 'Local/{extension}@from-internal' } } },
      true,
    ],
    ['the trunk is the dialplan', {}, { trunk: { channel: 'Local/{number}@outbound/n' } }, true],
  ])('where %s', (_what, request, configured, viaLocalChannel) => {
    expect(plan(request, configured).viaLocalChannel ?? false).toBe(viaLocalChannel);
    expect(Object.values(plan(request, configured).legs ?? {}).includes('dialplan')).toBe(viaLocalChannel);
  });

  const number = { kind: 'number', e164: '27820001234', trunk: 'carrier' } as const;
  it.each<[string, Partial<CallRequest>, AttemptPlan['legs']]>([
    ['an extension and a number', { dial2: number }, { dial1: 'extension', dial2: 'trunk' }],
    [
      'a number and a phone of the PBX',
      { dial1: number, dial2: service('lobby') },
      { dial1: 'trunk', dial2: 'extension' },
    ],
    ['a queue and a number', { dial1: service('sales'), dial2: number }, { dial1: 'dialplan', dial2: 'trunk' }],
  ])('states through what each leg is rung: %s', (_what, request, legs) => {
    expect(plan(request).legs).toEqual(legs);
  });
});
