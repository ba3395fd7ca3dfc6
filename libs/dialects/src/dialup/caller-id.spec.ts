import { describe, expect, it, test } from 'vitest';
import { hostileTexts } from '../../testing/acme.ts';
import { errorsOf, type Fields, requestOf, tenantWith } from '../../testing/dialup.ts';

/** Agents 1001 and 1002 have numbers of their own; 1003 has the tenant's. */
const outside = '27820001234';
const [of1001, of1002, shared] = ['27110041001', '27110041002', '27110001111'];

/** `from`, `to`, SetCID. Then the numbers that dial1 and dial2 see, and the extension of the recording. */
type Row = readonly [dial1: string, dial2: string, setCid: string, dial1Sees: string, dial2Sees: string, under: string];

const table: readonly Row[] = [
  // internal → external
  ['1001', outside, '', of1001, of1001, '1001'],
  ['1003', outside, '', shared, shared, '1003'],
  ['600', outside, '', shared, shared, 'support'],
  ['1001', outside, of1001, of1001, of1001, '1001'],
  ['1001', outside, '0110041001', of1001, of1001, '1001'],
  ['1003', outside, shared, shared, shared, '1003'],
  ['600', outside, shared, shared, shared, 'support'],
  ['1001', outside, of1002, of1002, of1002, 'nobody'],
  ['1001', outside, '27110005555', '27110005555', '27110005555', 'nobody'],
  ['600', outside, '27110005555', '27110005555', '27110005555', 'nobody'],
  ['1001', outside, '1001', '1001', of1001, '1001'],
  ['1001', outside, '1002', '1002', of1002, 'nobody'],
  // external → internal
  [outside, '1001', '', of1001, outside, '1001'],
  [outside, '1003', '', shared, outside, '1003'],
  [outside, '601', '', shared, outside, 'sales'],
  [outside, '1001', of1001, of1001, of1001, '1001'],
  [outside, '1001', '27110005555', '27110005555', '27110005555', 'nobody'],
  [outside, '1001', '1001', of1001, '1001', '1001'],
  [outside, '1001', '1002', of1002, '1002', 'nobody'],
  // internal → internal
  ['1001', '1002', '', '1002', '1001', 'nobody'],
  ['1001', '600', '', '600', '1001', 'nobody'],
  ['600', '1001', '', '1001', '600', 'nobody'],
  // A feature code with a star is no caller ID. The agent sees the same as for a message.
  ['1001', '*71', '', '1001', '1001', 'nobody'],
  ['1001', '1002', '1003', '1003', '1003', 'nobody'],
  ['1001', '1002', '27110005555', '27110005555', '27110005555', 'nobody'],
  // external → external
  ['27830005678', outside, '1001', '1001', of1001, '1001'],
  ['27830005678', outside, '1003', '1003', shared, '1003'],
];

describe('who sees which number, and what is recorded', () => {
  test.each(table)(
    '%s → %s, SetCID %j: dial1 sees %s, dial2 %s, recorded under %s',
    (dial1, dial2, SetCID, dial1Sees, dial2Sees, under) => {
      const { callerId, dial1CallerId = callerId, recording } = requestOf({ dial1, dial2, SetCID });
      expect([dial1CallerId, callerId, recording?.under ?? 'nobody']).toEqual([dial1Sees, dial2Sees, under]);
    },
  );

  it('states what dial1 sees only if it differs', () => {
    expect(requestOf({ dial1: '1001', dial2: outside })).not.toHaveProperty('dial1CallerId');
    expect(requestOf({ dial1: outside, dial2: '1001' })).toMatchObject({ dial1CallerId: of1001, callerId: outside });
  });
});

describe('the tenant’s own rule of recording', () => {
  const sides: readonly Fields[] = [
    { dial1: '1001', dial2: outside },
    { dial1: '1001', dial2: outside, SetCID: '27110005555' },
    { dial1: outside, dial2: '1001' },
    { dial1: '1001', dial2: '1002' },
    { dial1: '27830005678', dial2: outside, SetCID: '1002' },
  ];
  test.each([
    ['none', [undefined, undefined, undefined, undefined, undefined]],
    ['outside', ['1001', '1001', '1001', undefined, '1002']],
    ['all', ['1001', '1001', '1001', '1001', '1002']],
    [undefined, ['1001', undefined, '1001', undefined, '1002']],
  ])('%s', (recording, under) => {
    const tenant = tenantWith({ recording });
    expect(sides.map((fields) => requestOf(fields, tenant).recording?.under)).toEqual(under);
  });
});

describe('an agent without a number to show', () => {
  const numberless = tenantWith({ callerIds: {} });

  test.each([
    ['1001', outside],
    ['600', outside],
    // If only dial2 got the customer's number, the customer would be rung from that number too.
    [outside, '1001'],
  ])('%s → %s: both see what the PBX sends by itself', (dial1, dial2) => {
    const request = requestOf({ dial1, dial2 }, numberless);
    expect(request).not.toHaveProperty('callerId');
    expect(request).not.toHaveProperty('dial1CallerId');
    expect(request.recording).toBeDefined();
  });

  test.each([
    ['27830005678', outside],
    ['1002', outside],
    [outside, '1002'],
  ])('%s → %s: cannot be SetCID', (dial1, dial2) => {
    expect(errorsOf({ dial1, dial2, SetCID: '1001' }, numberless)).toEqual([
      'SetCID: is an extension that has no number to show outside',
    ]);
  });

  it('can be SetCID for an inside call', () => {
    expect(requestOf({ dial1: '1002', dial2: '1003', SetCID: '1001' }, numberless).callerId).toBe('1001');
  });
});

describe('SetCID', () => {
  test.each([
    ['+27110005555', '27110005555'],
    ['27110005555', '27110005555'],
    [' 27110005555', '27110005555'],
    ['0110005555', '27110005555'],
    ['0049301234567', '49301234567'],
  ])('%j is %s', (SetCID, callerId) => {
    expect(requestOf({ dial1: '1001', dial2: outside, SetCID }).callerId).toBe(callerId);
  });

  const chosen = tenantWith({ callerIds: { default: shared, allowed: ['27110005555'] } });

  it('is a number that the tenant may show', () => {
    expect(requestOf({ dial1: '1001', dial2: outside, SetCID: '27110005555' }, chosen).callerId).toBe('27110005555');
    expect(errorsOf({ dial1: '1001', dial2: outside, SetCID: '27110006666' }, chosen)).toEqual([
      'SetCID: is not a caller ID that you may show',
    ]);
  });

  it('is any extension of the tenant: what is shown outside is its agent’s number', () => {
    expect(requestOf({ dial1: '1001', dial2: outside, SetCID: '1002' }, chosen)).toMatchObject({
      dial1CallerId: '1002',
      callerId: shared,
    });
  });

  test.each(['', '27110005555', '600', '9999'])('%j is no agent between two outside numbers', (SetCID) => {
    expect(errorsOf({ dial1: '27830005678', dial2: outside, SetCID })).toEqual([
      `SetCID: ${SetCID === '' ? 'is required between two outside numbers: an extension of yours' : 'must be an extension of yours between two outside numbers'}`,
    ]);
  });

  it('is required once for several numbers', () => {
    expect(errorsOf({ dial1: '27830005678,27830005679', dial2: outside })).toEqual([
      'SetCID: is required between two outside numbers: an extension of yours',
    ]);
  });

  it('is not required if a side is unknown, and is still checked', () => {
    expect(errorsOf({ dial1: 'x', dial2: outside })).toHaveLength(1);
    expect(errorsOf({ dial1: 'x', dial2: outside, SetCID: 'y' })).toHaveLength(2);
  });

  test.each(hostileTexts.filter(([name]) => name !== 'empty'))(
    '%s is reported, and the error repeats nothing of it',
    (_name, SetCID) => {
      expect(errorsOf({ dial1: '1001', dial2: outside, SetCID })).toEqual([
        expect.stringMatching(
          /^SetCID: (is neither an extension of yours nor a number in a known form: 0711234567 or \+27711234567, abroad \+ and the country code|holds characters that cannot be seen: [a-zU0-9A-F+ ,]+)$/,
        ),
      ]);
    },
  );
});
