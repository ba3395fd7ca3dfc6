import { describe, expect, it } from 'vitest';
import { tenantOf } from '../../testing/builders.ts';
import { destinationRuleOf, refusedDestination } from './toll-destination.ts';

const named = { country: 'ZA' };
const ruleFor = (e164: string, destinations: object = {}, plan: object | null = named, isPremium = false) => {
  const tenant = tenantOf({ destinations, ...(plan && { numberingPlan: plan }) });
  const refused = refusedDestination(e164, tenant, { isPremium, isAbroad: !e164.startsWith('27') });
  if (refused !== undefined) expect(destinationRuleOf(`the number ${refused.message}`)).toBe(refused.rule);
  return refused?.rule;
};

describe('the numbers that a tenant may ring', () => {
  it.each([
    ['a number of the own country', '27820001234', {}, undefined],
    ['a number abroad', '447700900123', {}, 'destinations.allow'],
    ['a number abroad that is allowed', '447700900123', { allow: ['+44'] }, undefined],
    ['another one than those that are allowed', '33612345678', { allow: ['44'] }, 'destinations.allow'],
    ['the own country beside a list', '27820001234', { allow: ['+44'] }, undefined],
    ['any number, where all are allowed', '33612345678', { allow: ['+'] }, undefined],
    ['one that is denied', '447700900123', { allow: ['+44'], deny: ['+447'] }, 'destinations.deny'],
    ['one of the own country that is denied', '27900001234', { deny: ['+2790'] }, 'destinations.deny'],
    ['Inmarsat, where all are allowed', '870773111632', { allow: ['+'] }, 'premium'],
    ['Inmarsat, by its range', '870773111632', { allow: ['+870'] }, undefined],
    ['an international network', '8821234567890', { allow: ['+'] }, 'premium'],
    ['another international network', '88316123456', { allow: ['+88'] }, 'premium'],
    ['universal premium rate', '979123456789', { allow: ['+'] }, 'premium'],
    ['a 900 number of America', '19005551234', { allow: ['+1'] }, 'premium'],
    ['a 976 number of America', '12125551234'.replace('555', '976'), { allow: ['+1'] }, 'premium'],
    ['a 900 number that is allowed', '19005551234', { allow: ['+1900'] }, undefined],
  ])('%s', (_what, e164, destinations, rule) => expect(ruleFor(e164, destinations)).toBe(rule));

  it('a premium-rate number of the own country is denied until its range is allowed', () => {
    expect(ruleFor('27900123456', {}, named, true)).toBe('premium');
    expect(ruleFor('27900123456', { allow: ['+27'] }, named, true)).toBe('premium');
    expect(ruleFor('27900123456', { allow: ['+2790'] }, named, true)).toBeUndefined();
    expect(ruleFor('353157012345', { allow: ['+353'] }, named, true)).toBe('premium');
  });

  it('a plan without a country allows all countries, but not premium rates', () => {
    expect(ruleFor('447700900123', {}, null)).toBeUndefined();
    expect(ruleFor('8821234567890', {}, null)).toBe('premium');
    expect(ruleFor('447700900123', { allow: ['+33'] }, null)).toBe('destinations.allow');
  });
});
