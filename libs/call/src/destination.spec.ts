import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { carrier, configurationInput, tenantOf } from './builders.support.ts';
import { Configuration } from './configuration.ts';
import { channelOf, pbxsFor, resolveDestination, trunksOf } from './destination.ts';
import { destinationDigits } from './request.ts';

const tenant = tenantOf({ trunks: ['carrier', 'backup'] });
const number = (e164: string, trunk = 'carrier') => ({ kind: 'number', e164, trunk }) as const;
const extension = (digits: string) => ({ kind: 'extension', extension: digits }) as const;

describe('what a caller wrote', () => {
  it.each([
    ['an extension by pattern', '1001', undefined, extension('1001')],
    ['a national number, by the first trunk', '0821234567', undefined, number('27821234567')],
    ['a number by a trunk that was asked for', '0821234567', 'backup', number('27821234567', 'backup')],
    ['an extension, whatever trunk was asked for', '1001', 'nowhere', extension('1001')],
  ])('%s', (_what, written, trunk, destination) => {
    expect(resolveDestination(written, tenant, trunk)).toEqual({ ok: true, destination });
  });

  it.each([
    ['somebody else’s extension', '2001', tenant, undefined, /neither an extension/],
    ['no number', 'sip:any@where', tenant, undefined, /neither an extension/],
    ['a trunk of somebody else', '0821234567', tenant, 'other', /trunk that you do not have/],
    ['a number, without any trunk', '0821234567', tenantOf({ trunks: [] }), undefined, /no trunk/],
    [
      'a number, asking for a trunk, without any',
      '0821234567',
      tenantOf({ trunks: [] }),
      'carrier',
      /trunk that you do not have/,
    ],
  ])('refuses %s', (_what, written, of, trunk, message) => {
    expect(resolveDestination(written, of, trunk)).toEqual({ ok: false, message: expect.stringMatching(message) });
  });

  it('an extension wins over a number of the same digits', () => {
    const seven = tenantOf({ extensions: { list: ['2782123'] } });
    expect(resolveDestination('2782123', seven)).toEqual({ ok: true, destination: extension('2782123') });
  });

  it('resolves to digits alone, whatever was written', () => {
    const typed = fc.string({ unit: fc.constantFrom(...'0123456789+٣ &,;|{}$@/\r\n'), maxLength: 18 });
    fc.assert(
      fc.property(typed, (written) => {
        const resolved = resolveDestination(written, tenant);
        if (!resolved.ok) return;
        expect(destinationDigits(resolved.destination)).toMatch(/^[0-9]+$/);
        expect(written).toMatch(/^\+?[0-9]+$/);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('the channel that Asterisk dials', () => {
  it.each([
    ['an extension', extension('1001'), 'PJSIP/1001'],
    ['a number', number('27821234567'), 'PJSIP/27821234567@carrier'],
    ['a number with the carrier’s prefix', number('27821234567', 'plus'), 'PJSIP/+27821234567@plus'],
  ])('%s', (_what, destination, channel) => {
    const plus = { ...carrier, name: 'plus', channel: 'PJSIP/{number}@plus', numberPrefix: '+' };
    expect(channelOf(destination, tenant, [carrier, plus])).toBe(channel);
  });

  it('of a trunk that is no longer configured is a bug of whoever asks', () => {
    expect(() => channelOf(number('27821234567', 'gone'), tenant, [carrier])).toThrow(RangeError);
  });
});

describe('trunks of a call', () => {
  it.each([
    ['none between extensions', extension('1001'), extension('1002'), []],
    ['one to a number', extension('1001'), number('27821234567'), ['carrier']],
    ['the same twice between two numbers', number('27821234567'), number('27829999999'), ['carrier', 'carrier']],
  ])('%s', (_what, dial1, dial2, trunks) => {
    expect(trunksOf(dial1, dial2)).toEqual(trunks);
  });
});

describe('PBXs for a call', () => {
  const input = configurationInput();
  const configuration = Configuration.parse({
    ...input,
    pbxs: ['a', 'b', 'c'].map((name) => ({ ...input.pbxs[0], name })),
    trunks: [carrier, { ...carrier, name: 'at-b', pbxs: ['b'] }, { ...carrier, name: 'at-b-c', pbxs: ['b', 'c'] }],
  });

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
