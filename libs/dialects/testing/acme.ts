import { Tenant } from '@redial/call';
import type { DialectContext } from '../src/dialect.ts';

/** 2026-01-15T12:00:00+02:00 in Johannesburg. */
export const now = Date.UTC(2026, 0, 15, 10, 0, 0);
export const newReference = 'call_01JZ3R4M8Q6V9XK2T7B5N0CDEF';

/** A tenant with something of everything. */
export const acme: Tenant = Tenant.parse({
  id: 'acme',
  timeZone: 'Africa/Johannesburg',
  apiKeys: [{ name: 'crm', sha256: 'a'.repeat(64) }],
  numberingPlan: { countryCode: '27', nationalNumberLength: { min: 9, max: 9 } },
  extensions: { pattern: '1[0-9]{3}', list: ['200', '30000'] },
  trunks: ['carrier', 'backup'],
  callerIds: { default: '27110001111', pool: ['27110002222', '27110003333'] },
  dialects: { click2dial: { campaigns: { spring: '27110004444' } } },
  variables: ['CAMPAIGN'],
  services: [
    { kind: 'ring_group', name: 'sales', code: '*601', channel: 'Local/601@ring-groups/n' },
    { kind: 'queue', name: 'support', code: '600' },
    { kind: 'announcement', name: 'welcome', code: '#71', sound: 'welcome', dtmf: { 1: '1001', 2: 'sales' } },
  ],
  contexts: ['main_routing'],
  defaults: {
    dial1RingTimeoutSeconds: 15,
    dial2RingTimeoutSeconds: 25,
    talkLimitSeconds: 3_600,
    retryPolicy: { maxRetries: 3, delaySeconds: 60, perDisposition: { busy: { maxRetries: 2, delaySeconds: 30 } } },
  },
});

export function contextOf(tenant: Tenant = acme): DialectContext {
  return { tenant, now, newReference, pick: (from) => from.at(-1) ?? '' };
}

/** Texts that no field may hold if it reaches a phone, a PBX or a Redis key. */
export const hostileTexts: readonly (readonly [name: string, text: string])[] = [
  ['CR', '1001\rAction: Command'],
  ['LF', '1001\nAction: Command'],
  ['CRLF', '1001\r\nAction: Command'],
  ['&', '1001&PJSIP/1002'],
  ['quotes', '1001" <1002>'],
  ['a backslash', '1001\\'],
  [',', '1001,g(x)'],
  [';', '1001;exec'],
  ['|', '1001|1002'],
  ['$' + '{}', `$\{SHELL(id)}`],
  ['NUL', '1001\u0000'],
  ['over-long', '1'.repeat(5_000)],
  ['Arabic digits', '١٠٠١'],
  ['full-width digits', '１００１'],
  ['empty', ''],
  ['a space', ' '],
  ['@', '1001@evil'],
  ['/', 'PJSIP/1001'],
];

export const wrongTypes: readonly (readonly [name: string, value: unknown])[] = [
  ['null', null],
  ['true', true],
  ['a list', ['1001']],
  ['an object', { toString: '1001' }],
  ['a fraction', 1.5],
];
