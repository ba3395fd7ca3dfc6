import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tenantOf } from '../../testing/builders.ts';
import { destinationDigits } from '../call/request.ts';
import * as destinations from './destination.ts';
import { areBothAnnouncements, pbxsFor, trunksOf } from './destination.ts';
import type { NumberReader } from './numbering.ts';
import type { Tenant } from './tenant.ts';

const services = [
  { kind: 'ring_group', name: 'sales', code: '*601' },
  { kind: 'queue', name: 'support', code: '400' },
  { kind: 'announcement', name: 'welcome', code: '#1' },
];
const tenant = tenantOf({ trunks: ['carrier', 'backup'], services, contexts: ['from-crm'] });
/** South Africa's plan, and one number with two readings. */
const readNumber: NumberReader = (written) => {
  if (written === '2727123456') return { ok: false, readings: ['272727123456', '2727123456'] };
  const digits = /^(?:\+|00)([1-9][0-9]{6,14})$|^0?(27[0-9]{9})$|^0([1-9][0-9]{6,8})$/.exec(written);
  if (digits === null) return { ok: false };
  return { ok: true, value: digits[1] ?? digits[2] ?? `27${digits[3]}` };
};
const resolveDestination = (written: string, of: Tenant, trunk?: string) =>
  destinations.resolveDestination(written, of, readNumber, trunk);
const resolveInContext = (written: string, by: string, of: Tenant) =>
  destinations.resolveInContext(written, by, of, readNumber, '00');
const number = (e164: string, trunk = 'carrier') => ({ kind: 'number', e164, trunk }) as const;
const service = (name: string) => ({ kind: 'service', service: name }) as const;
const context = (exten: string, e164?: string) =>
  ({ kind: 'context', context: 'from-crm', exten, ...(e164 !== undefined && { e164 }) }) as const;
const extension = (digits: string) => ({ kind: 'extension', extension: digits }) as const;

describe('what a caller wrote', () => {
  it.each([
    ['an extension by pattern', '1001', undefined, extension('1001')],
    ['a national number, by the first trunk', '0821234567', undefined, number('27821234567')],
    ['a number by the requested trunk', '0821234567', 'backup', number('27821234567', 'backup')],
    ['a service, by its feature code', '*601', undefined, service('sales')],
    ['a service, by a feature code of digits alone', '400', undefined, service('support')],
    ['a service, with any requested trunk', '400', 'nowhere', service('support')],
    ['an extension, with any requested trunk', '1001', 'nowhere', extension('1001')],
  ])('%s', (_what, written, trunk, destination) => {
    expect(resolveDestination(written, tenant, trunk)).toEqual({ ok: true, value: destination });
  });

  it.each([
    ['another tenant’s extension', '2001', tenant, undefined, 'unknown_form'],
    ['a service by its name', 'sales', tenant, undefined, 'unknown_form'],
    ['an unknown code', '*602', tenant, undefined, 'unknown_form'],
    ['no number', 'sip:any@where', tenant, undefined, 'unknown_form'],
    ['a trunk of another tenant', '0821234567', tenant, 'other', 'foreign_trunk'],
    ['a number, without any trunk', '0821234567', tenantOf({ trunks: [] }), undefined, 'no_trunk'],
    ['a number, asking for a trunk, without any', '0821234567', tenantOf({ trunks: [] }), 'carrier', 'foreign_trunk'],
  ])('refuses %s', (_what, written, of, trunk, why) => {
    expect(resolveDestination(written, of, trunk)).toEqual({ ok: false, why });
  });

  it('refuses a number with two readings, and returns both', () => {
    const refused = { ok: false, why: 'unknown_form', readings: ['272727123456', '2727123456'] };
    expect(resolveDestination('2727123456', tenant)).toEqual(refused);
    expect(resolveInContext('2727123456', 'from-crm', tenant)).toEqual(refused);
  });

  it('an extension wins over a number of the same digits', () => {
    const seven = tenantOf({ extensions: { list: ['2782123'] } });
    expect(resolveDestination('2782123', seven)).toEqual({ ok: true, value: extension('2782123') });
  });

  it('an extension wins over a feature code, and a feature code over a number of the same digits', () => {
    // The configuration refuses both. A tenant from before those rules must still have one meaning.
    const clash = { ...tenant, services: services.map((s) => ({ ...s, code: '0821234567' })) } as Tenant;
    expect(resolveDestination('0821234567', clash)).toEqual({ ok: true, value: service('sales') });
    const seven = { ...clash, extensions: { ...clash.extensions, list: ['0821234'] } };
    const coded = { ...seven, services: seven.services.map((s) => ({ ...s, code: '0821234' })) } as Tenant;
    expect(resolveDestination('0821234', coded)).toEqual({ ok: true, value: extension('0821234') });
  });

  it('resolves any text to digits alone, or to a service of the tenant', () => {
    const typed = fc.string({ unit: fc.constantFrom(...'0123456789+*#٣ &,;|{}$@/\r\n'), maxLength: 18 });
    fc.assert(
      fc.property(typed, (written) => {
        const resolved = resolveDestination(written, tenant);
        if (!resolved.ok) return;
        if (resolved.value.kind === 'service') return;
        expect(destinationDigits(resolved.value)).toMatch(/^[0-9]+$/);
        expect(written).toMatch(/^\+?[0-9]+$/);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('digits for a context to route', () => {
  it.each([
    ['digits of its own', '7001', context('7001')],
    ['an extension of the tenant', '1001', context('1001')],
    ['a number as the plan writes it', '0821234567', context('0821234567', '27821234567')],
    ['a number in the country’s own digits', '27821234567', context('27821234567', '27821234567')],
    ['an international number', '004930123456', context('004930123456', '4930123456')],
    ['a number with a +, which no phone has', '+4930123456', context('004930123456', '4930123456')],
    ['digits that mean a number to the context alone', '90821234567', context('90821234567')],
  ])('%s', (_what, written, destination) => {
    expect(resolveInContext(written, 'from-crm', tenant)).toEqual({ ok: true, value: destination });
  });

  it('an extension is no outside number, even where its digits would be one', () => {
    const seven = tenantOf({ extensions: { list: ['2782123'] }, contexts: ['from-crm'] });
    expect(resolveInContext('2782123', 'from-crm', seven)).toEqual({ ok: true, value: context('2782123') });
  });

  it.each([
    ['a context of another tenant', '7001', 'default', 'foreign_context'],
    ['two signs', '++27821234567', 'from-crm', 'no_digits'],
    ['a sign behind', '2782123+4567', 'from-crm', 'no_digits'],
    ['a sign before a feature code', '+*1', 'from-crm', 'no_digits'],
    ['a sign before what is no number', '+1001', 'from-crm', 'unknown_form'],
    ['a feature code', '*601', 'from-crm', 'no_digits'],
    ['nothing', '', 'from-crm', 'no_digits'],
    ['more than 20 digits', '1'.repeat(21), 'from-crm', 'no_digits'],
    ['another context behind the digits', '7001@default', 'from-crm', 'no_digits'],
    ['a line feed behind the digits', '7001\n', 'from-crm', 'no_digits'],
  ])('refuses %s', (_what, written, by, why) => {
    expect(resolveInContext(written, by, tenant)).toEqual({ ok: false, why });
  });
});

describe('an announcement', () => {
  it.each([
    ['from an extension', extension('1001'), service('welcome'), false],
    ['to a queue', service('welcome'), service('support'), false],
    ['to another announcement', service('welcome'), service('welcome'), true],
  ])('%s', (_what, dial1, dial2, deaf) => {
    expect(areBothAnnouncements(dial1, dial2, tenant)).toBe(deaf);
  });
});

describe('trunks of a call', () => {
  it.each([
    ['none between extensions', extension('1001'), extension('1002'), []],
    ['one to a number', extension('1001'), number('27821234567'), ['carrier']],
    ['one from a service to a number', service('sales'), number('27821234567'), ['carrier']],
    [
      'none where a context routes a number: it has ways of its own',
      context('0821234567', '27821234567'),
      extension('1001'),
      [],
    ],
    ['the same twice between two numbers', number('27821234567'), number('27829999999'), ['carrier', 'carrier']],
  ])('%s', (_what, dial1, dial2, trunks) => {
    expect(trunksOf(dial1, dial2)).toEqual(trunks);
  });
});

describe('PBXs for a call', () => {
  const configuration = {
    pbxs: ['a', 'b', 'c'].map((name) => ({ name })),
    trunks: [{ name: 'carrier' }, { name: 'at-b', pbxs: ['b'] }, { name: 'at-b-c', pbxs: ['b', 'c'] }],
  };

  it.each([
    ['without a trunk: all', [], ['a', 'b', 'c']],
    ['with a trunk that all have: all', ['carrier'], ['a', 'b', 'c']],
    ['with a trunk of one: that one', ['at-b'], ['b']],
    ['with two trunks: those that have both', ['at-b', 'at-b-c'], ['b']],
    ['with a trunk that is no longer configured: none', ['gone'], []],
    ['with one that is, and one that is not: none', ['carrier', 'gone'], []],
  ])('%s', (_what, trunks, pbxs) => {
    expect(pbxsFor(trunks, configuration)).toEqual(pbxs);
  });
});
