import type { Destination } from '@redial/call';
import { Configuration } from '@redial/configuration';
import type { Random } from './random.ts';

/** Half an hour before midnight in Johannesburg, on a Monday: the day's caps end during a long run. */
export const startAt = Date.parse('2026-03-02T23:30:00+02:00');

const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const plan = { countryCode: '27', nationalNumberLength: { min: 9, max: 9 } };
const common = {
  timeZone: 'Africa/Johannesburg',
  numberingPlan: plan,
  extensions: { pattern: '1[0-9]{3}' },
  trunks: ['carrier'],
};
const apiKeyOf = (digit: string) => [{ name: 'main', sha256: digit.repeat(64) }];

/**
 * Two PBXs, one of them slow, a crowded trunk, and three tenants: one without rules, one with windows, one with a cap
 * on each number.
 */
export const configuration: Configuration = Configuration.parse({
  pbxs: ['east', 'west'].map((name) => ({
    name,
    host: '127.0.0.1',
    username: 'redial',
    secret: 'secret',
    maxCalls: 60,
    maxCallsPerSecond: name === 'east' ? 500 : 10,
  })),
  trunks: [{ name: 'carrier', channel: 'PJSIP/{number}@carrier', maxCalls: 90, maxCallsPerSecond: 500 }],
  tenants: [
    { id: 'acme', ...common, apiKeys: apiKeyOf('a') },
    {
      id: 'globex',
      ...common,
      apiKeys: apiKeyOf('b'),
      callingWindows: [
        { days, from: '00:01', to: '00:04' },
        { days, from: '00:05', to: '23:31' },
        { days, from: '23:32', to: '23:34' },
        { days, from: '23:36', to: '24:00' },
      ],
    },
    { id: 'initech', ...common, apiKeys: apiKeyOf('c'), caps: { attemptsPerNumberPerDay: 2 } },
  ],
});

export const withoutWindows: Configuration = {
  ...configuration,
  tenants: configuration.tenants.map((tenant) => ({ ...tenant, callingWindows: [] })),
};

/**
 * `among`: this many numbers at a time, and other numbers every few seconds. With fewer numbers, several calls dial one
 * at once more often.
 */
export function someone(random: Random, at: number, among: number): Destination {
  if (random.chance(0.3)) return { kind: 'extension', extension: `1${random.int(100, 999)}` };
  const period = Math.floor((at - startAt) / 8_000) % 1_000;
  const number = String((period + 1_000) * 100 + random.int(0, among - 1));
  return { kind: 'number', e164: `2782${number.padStart(7, '0')}`, trunk: 'carrier' };
}
