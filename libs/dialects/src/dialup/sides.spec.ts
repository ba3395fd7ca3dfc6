import { describe, expect, it, test } from 'vitest';
import { hostileTexts } from '../../testing/acme.ts';
import { accepted, call, errorsOf, requestOf, tenantWith } from '../../testing/dialup.ts';
import { restorePlus } from '../shared/restore-plus.ts';

const extension = (digits: string) => ({ kind: 'extension', extension: digits });
const outside = (e164: string) => ({ kind: 'number', e164, trunk: 'carrier' });
const service = (name: string) => ({ kind: 'service', service: name });

/** Both sides take the same forms. */
const forms: readonly (readonly [string, string, unknown])[] = [
  ['an extension', '1002', extension('1002')],
  ['an extension of 5 digits', '30000', extension('30000')],
  ['a queue', '600', service('support')],
  ['a ring group', '601', service('sales')],
  ['an IVR', '700', service('menu')],
  ['an announcement', '*71', service('offer')],
  ['a shortcut', '*97', service('voicemail')],
  ['E.164', '+27820001234', outside('27820001234')],
  ['E.164 without its plus', '27820001234', outside('27820001234')],
  ['a national number', '0820001234', outside('27820001234')],
  ['an international number', '0049301234567', outside('49301234567')],
  ['another country’s E.164', '+49301234567', outside('49301234567')],
  ['E.164 whose plus has become a space', ' 27820001234', outside('27820001234')],
];

describe('dial1', () => {
  test.each(forms)('%s: %s', (_form, dial1, destination) => {
    expect(requestOf({ dial1, dial2: '1001' }).dial1).toEqual(destination);
  });
});

describe('dial2', () => {
  test.each(forms)('%s: %s', (_form, dial2, destination) => {
    expect(requestOf({ dial1: '1001', dial2 }).dial2).toEqual(destination);
  });
});

it('an announcement as both sides is refused: a call plays one', () => {
  expect(errorsOf({ dial1: '*71', dial2: '*71' })).toEqual(['dial2: is an announcement, and so is dial1']);
});

const unknown =
  'is neither an extension of yours nor a number in a known form: 0711234567 or +27711234567, abroad + and the country code';

describe.each(['dial1', 'dial2'] as const)('%s that is wrong', (name) => {
  test.each([
    '2001',
    '*72',
    '099',
    '820001234',
    '08200012345',
    '+0820001234',
    ' 1001',
    ' 600',
    ' 4930123456',
    '+',
    '-1',
  ])('%s is none of yours', (written) => {
    expect(errorsOf({ ...call, [name]: written })).toEqual([`${name}: ${unknown}`]);
  });

  test.each(hostileTexts)('%s is reported, and the error repeats nothing of it', (_name, text) => {
    const errors = errorsOf({ ...call, [name]: text });
    expect(errors.length).toBeGreaterThan(0);
    for (const error of errors) {
      expect(error).toMatch(
        new RegExp(
          `^${name}: (number [12] )?(is [a-z ,]+(: [0-9a-z ,+]+)?|holds characters that cannot be seen: [a-zU0-9A-F+ ,]+)$`,
        ),
      );
      expect(error).not.toContain('1001');
    }
  });

  it('is required', () => {
    const { [name]: _absent, ...rest } = call;
    expect(errorsOf(rest)).toEqual([`${name}: is required`]);
  });

  it('needs a trunk outside', () => {
    expect(errorsOf({ dial1: '1001', dial2: '1002', [name]: '0820001234' }, tenantWith({ trunks: [] }))).toEqual([
      `${name}: is an outside number, and you have no trunk`,
    ]);
  });
});

describe('dial1 of several numbers', () => {
  const three = '0820001111,+27820002222,0027820003333';

  it('is one call of each number to dial2, in their order', () => {
    const { calls } = accepted({ dial1: three, dial2: '600' });
    expect(calls.map(({ request }) => [request.dial1, request.dial2])).toEqual([
      [outside('27820001111'), service('support')],
      [outside('27820002222'), service('support')],
      [outside('27820003333'), service('support')],
    ]);
  });

  it('may go to a number outside, with the extension of an agent', () => {
    expect(accepted({ dial1: three, dial2: '0820009999', SetCID: '1001' }).calls).toHaveLength(3);
  });

  test.each<[string, string, readonly string[]]>([
    [
      'an extension among them',
      '0820001111,1001',
      ['number 2 is not an outside number, and only those may be several'],
    ],
    ['a service among them', '600,0820001111', ['number 1 is not an outside number, and only those may be several']],
    ['one that is unknown', '0820001111,123', [`number 2 ${unknown}`]],
    ['an empty one', '0820001111,,0820002222', [`number 2 ${unknown}`]],
    ['a comma too many', '0820001111,', [`number 2 ${unknown}`]],
    ['a space behind a comma', '0820001111, 0820002222', [`number 2 ${unknown}`]],
    ['a repetition', '0820001111,0820002222,0820001111', ['number 3 is number 1 again']],
    [
      'a repetition in another form',
      '0820001111,+27820001111,0027820001111',
      ['number 2 is number 1 again', 'number 3 is number 1 again'],
    ],
    [
      'several faults',
      '12,0820001111,1001',
      [`number 1 ${unknown}`, 'number 3 is not an outside number, and only those may be several'],
    ],
  ])('%s: each is named by its place', (_what, dial1, messages) => {
    expect(errorsOf({ dial1, dial2: '1002' })).toEqual(messages.map((message) => `dial1: ${message}`));
  });

  const numbers = (count: number) => Array.from({ length: count }, (_, n) => String(27_820_000_000 + n)).join(',');

  it('may be 100', () => {
    expect(accepted({ dial1: numbers(100), dial2: '1002' }).calls).toHaveLength(100);
    expect(errorsOf({ dial1: numbers(101), dial2: '1002' })).toEqual(['dial1: holds more than 100 numbers']);
    expect(errorsOf({ dial1: ','.repeat(10_000), dial2: '1002' })).toEqual(['dial1: holds more than 100 numbers']);
  });
});

describe('a plus that was not encoded', () => {
  const plan = tenantWith({}).numberingPlan;

  it('is restored if the number is the same without it', () => {
    expect(restorePlus(' 27820001234', plan)).toBe('+27820001234');
  });

  test.each(['27820001234', ' 0820001234', ' 49301234567', '  27820001234', ' 27', ' ', ''])(
    'is not guessed in %j',
    (written) => {
      expect(restorePlus(written, plan)).toBe(written);
    },
  );
});
