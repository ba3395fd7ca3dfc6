import { describe, expect, it } from 'vitest';
import { isDialableChannel } from './channel.ts';
import { channelOf, type TenantRoutes } from './channel-of.ts';
import { type ServiceRoute, serviceChannel } from './service-channel.ts';

const carrier = { name: 'carrier', channel: 'PJSIP/{number}@carrier', numberPrefix: '' };
const tenant: TenantRoutes = {
  extensions: { channel: 'PJSIP/{extension}', ring: 'first', forwards: 'refuse' },
  services: [
    { kind: 'ring_group', name: 'sales', channel: 'Local/601@ring-groups' },
    { kind: 'queue', name: 'support' },
    { kind: 'announcement', name: 'welcome' },
  ],
};
const number = (e164: string, trunk = 'carrier') => ({ kind: 'number', e164, trunk }) as const;
const service = (name: string) => ({ kind: 'service', service: name }) as const;
const context = (exten: string, e164?: string) =>
  ({ kind: 'context', context: 'from-crm', exten, ...(e164 !== undefined && { e164 }) }) as const;
const extension = (digits: string) => ({ kind: 'extension', extension: digits }) as const;

describe('the channel that Asterisk dials', () => {
  it.each([
    ['an extension', extension('1001'), 'PJSIP/1001'],
    ['a number', number('27821234567'), 'PJSIP/27821234567@carrier'],
    ['a number with the carrier’s prefix', number('27821234567', 'plus'), 'PJSIP/+27821234567@plus'],
    ['a number by the PBX’s own routes, kept whole', number('27821234567', 'routes'), 'Local/27821234567@outbound/n'],
    ['a ring group', service('sales'), 'Local/601@ring-groups/n'],
    ['a queue', service('support'), 'Local/support@redial-queue/n'],
    ['an announcement', service('welcome'), 'Local/play@redial-message/n'],
    ['digits for a context', context('7001'), 'Local/7001@from-crm/n'],
    ['a number for a context, as it was written', context('0821234567', '27821234567'), 'Local/0821234567@from-crm/n'],
  ])('%s', (_what, destination, channel) => {
    const plus = { ...carrier, name: 'plus', channel: 'PJSIP/{number}@plus', numberPrefix: '+' };
    const routes = { ...carrier, name: 'routes', channel: 'Local/{number}@outbound' };
    expect(channelOf(destination, tenant, [carrier, plus, routes])).toBe(channel);
  });

  it.each([
    ['all', 'refuse', 'PJSIP/{extension}', 'Local/1001@redial-extension-all-refuse/n'],
    ['first', 'connect', 'PJSIP/{extension}', 'Local/1001@redial-extension-first-connect/n'],
    ['all', 'connect', 'PJSIP/acme-{extension}', 'Local/acme-1001@redial-extension-all-connect/n'],
    ['first', 'refuse', 'PJSIP/acme-{extension}', 'PJSIP/acme-1001'],
  ] as const)('an extension, ring: %s and forwards: %s, at %s', (ring, forwards, channel, dialed) => {
    const rung = { ...tenant, extensions: { channel, ring, forwards } };
    expect(channelOf(extension('1001'), rung, [])).toBe(dialed);
    expect(isDialableChannel(dialed)).toBe(true);
  });

  it.each([
    ['a trunk', number('27821234567', 'gone')],
    ['a service', service('gone')],
  ])('of %s that is no longer configured throws', (_what, destination) => {
    expect(() => channelOf(destination, tenant, [carrier])).toThrow(RangeError);
  });
});

describe('the channel of a service', () => {
  it.each<[string, Omit<ServiceRoute, 'name'>, string]>([
    ['a ring group', { kind: 'ring_group', channel: 'Local/601@ring-groups/n' }, 'Local/601@ring-groups/n'],
    ['an IVR', { kind: 'ivr', channel: 'Local/s@ivr-main/n' }, 'Local/s@ivr-main/n'],
    ['a shortcut', { kind: 'shortcut', channel: 'PJSIP/lobby' }, 'PJSIP/lobby'],
    ['a context', { kind: 'context', channel: 'Local/s@after-hours/n' }, 'Local/s@after-hours/n'],
    ['a queue of the PBX’s own way in', { kind: 'queue', channel: 'Local/400@ext-queues/n' }, 'Local/400@ext-queues/n'],
    ['a queue by its name', { kind: 'queue' }, 'Local/the-name@redial-queue/n'],
    [
      'an announcement of the PBX’s own',
      { kind: 'announcement', channel: 'Local/7@announcements/n' },
      'Local/7@announcements/n',
    ],
    ['an announcement by its sound', { kind: 'announcement' }, 'Local/play@redial-message/n'],
    [
      'a Local channel, kept whole',
      { kind: 'ring_group', channel: 'Local/601@ring-groups' },
      'Local/601@ring-groups/n',
    ],
  ])('%s', (_what, service, channel) => {
    expect(serviceChannel({ name: 'the-name', ...service })).toBe(channel);
  });
});
