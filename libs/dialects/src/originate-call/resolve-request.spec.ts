import { Tenant } from '@redial/call';
import { describe, expect, it, test } from 'vitest';
import { hostileTexts } from '../../testing/acme.ts';
import { caller, data, type Fields, rawBody } from '../../testing/caller.ts';
import {
  originateErrorsIn,
  originateErrorsOf,
  originateRequestOf,
  parsedOriginateCall,
} from '../../testing/originate-request.ts';

describe('caller_id, the customer', () => {
  test.each([
    ['0820001234', '27820001234'],
    ['27820001234', '27820001234'],
    ['0040212345678', '40212345678'],
    ['+40212345678', '40212345678'],
  ])('%s is rung, and seen by the agent', (caller_id, e164) => {
    expect(originateRequestOf({ ...data, caller_id })).toMatchObject({
      dial2: { kind: 'number', e164 },
      dial1CallerId: e164,
      dial1CallerName: 'John Doe',
    });
  });

  test.each(['1001', '600', '08200012', '082 000 1234', 'John', ''])('%j is no number', (caller_id) => {
    expect(originateErrorsOf({ ...data, caller_id })).toEqual({
      caller_id: 'is not a number in a known form: 0711234567 or +27711234567, abroad + and the country code',
    });
  });

  it('needs a trunk', () => {
    expect(originateErrorsOf(data, Tenant.parse({ ...caller, trunks: [] }))).toEqual({
      caller_id: 'is an outside number, and you have no trunk',
    });
  });
});

describe('caller_id_name', () => {
  test.each(['John Doe', "O'Brien", 'Ștefan Müller', '李小龍', 'J. R.-S.', 'A+B/C_D', '1', 'n'.repeat(80)])(
    '%s',
    (name) => {
      expect(originateRequestOf({ ...data, caller_id_name: name }).dial1CallerName).toBe(name);
    },
  );
  test.each([
    ['Doe, John', 'Doe John'],
    ['Müller & Söhne', 'Müller Söhne'],
    ['John (VIP)', 'John VIP'],
    ['(VIP) John', 'VIP John'],
    ['+27820001234', '27820001234'],
    ['Jean–Luc', 'Jean Luc'],
    ['علی\u200cرضا', 'علیرضا'],
    ['Jan\u00a0Novák', 'Jan Novák'],
    [' John ', 'John'],
    ['Dr. No; Ltd.', 'Dr. No Ltd.'],
    ['"John"', 'John'],
    ['O´Brien', 'O´Brien'],
    ['Café “Zur Post”', 'Café “Zur Post”'],
    ['50% Off Shop', '50% Off Shop'],
    ['Acme [Sales]', 'Acme [Sales]'],
    ['N° 5', 'N° 5'],
    ['José 🎉 Muñoz 👩🏽‍💻', 'José Muñoz'],
    ['🇿🇦 Thabo', 'Thabo'],
    ['Save $5 = more?', 'Save 5 more'],
    ['John <1001>', 'John 1001'],
    ['sales|north', 'sales north'],
    ['a\\b `id`', 'a b id'],
  ])('%s is shown as %s', (written, shown) => {
    expect(originateRequestOf({ ...data, caller_id_name: written }).dial1CallerName).toBe(shown);
  });
  test.each([',', '😀', '...'])('%j: nothing is left of it, and no name is shown', (name) => {
    expect(originateRequestOf({ ...data, caller_id_name: name })).not.toHaveProperty('dial1CallerName');
  });
  test.each([...['', ' ', 'a\nb', 'John\n', 'a\r\nb', 'n'.repeat(81)], '$' + '{SHELL(id)}', '$[1+1]'])(
    'refuses %j',
    (name) => {
      expect(originateErrorsOf({ ...data, caller_id_name: name })).toEqual({
        caller_id_name: expect.stringMatching(/must be a name of letters, digits, space and .*, 80 at most/),
      });
    },
  );
});

describe('outbound_number, what the customer sees', () => {
  test.each<[unknown, string]>([
    ['+40212345678', '40212345678'],
    ['0110005555', '27110005555'],
    [27110005555, '27110005555'],
    ['1001', '1001'],
    [undefined, '27110001111'],
    [null, '27110001111'],
    ['', '27110001111'],
  ])('%j', (outbound_number, callerId) => {
    expect(originateRequestOf({ ...data, outbound_number }).callerId).toBe(callerId);
  });

  it('is what the PBX sends by itself, if neither the request nor the tenant sets it', () => {
    const bare = Tenant.parse({ ...caller, callerIds: {} });
    expect(originateRequestOf(data, bare)).not.toHaveProperty('callerId');
  });

  it('gets back the plus that a URL has turned into a space', () => {
    expect(originateRequestOf({ ...data, outbound_number: ' 27110005555' }).callerId).toBe('27110005555');
    expect(originateRequestOf({ ...data, caller_id: ' 27820061234' }).dial2).toMatchObject({ e164: '27820061234' });
  });

  test.each(['2001', 'John', '+0'])('%s is no number', (outbound_number) => {
    expect(originateErrorsOf({ ...data, outbound_number })).toEqual({
      outbound_number:
        'is neither an extension of yours nor a number in a known form: 0711234567 or +27711234567, abroad + and the country code',
    });
  });

  it("must be on the tenant's list if there is one", () => {
    const strict = Tenant.parse({ ...caller, callerIds: { allowed: ['27110005555'] } });
    expect(originateErrorsOf({ ...data, outbound_number: '0110005555' }, strict)).toEqual({});
    expect(originateErrorsOf({ ...data, outbound_number: '0110005556' }, strict)).toEqual({
      outbound_number: 'is not a caller ID that you may show',
    });
  });
});

describe('project_id and outbound_trunk', () => {
  test.each<[string, Fields, string]>([
    ["the tenant's first", { project_id: '1' }, 'carrier'],
    ["the project's", { project_id: 'night' }, 'backup'],
    ["the vendor's name", { project_id: 1, outbound_trunk: 'default-trunk' }, 'backup'],
    ["the tenant's own name", { project_id: 'night', outbound_trunk: 'carrier' }, 'carrier'],
    ['an empty one is none', { project_id: 'night', outbound_trunk: '' }, 'backup'],
  ])('%s', (_name, fields, trunk) => {
    expect(originateRequestOf({ ...data, ...fields }).dial2).toMatchObject({ trunk });
  });

  test.each<[Fields, Record<string, string>]>([
    [{ project_id: 2 }, { project_id: 'is not a project of yours: there are 1, night, old' }],
    [{ project_id: '' }, { project_id: 'is not a project of yours: there are 1, night, old' }],
    [{ project_id: 'constructor' }, { project_id: 'is not a project of yours: there are 1, night, old' }],
    [{ project_id: 'old' }, { project_id: 'has a trunk that you do not have' }],
    [
      { outbound_trunk: 'other' },
      { outbound_trunk: 'is not a trunk of yours: there are default-trunk, carrier, backup' },
    ],
    [
      { outbound_trunk: 'constructor' },
      { outbound_trunk: 'is not a trunk of yours: there are default-trunk, carrier, backup' },
    ],
    [
      { outbound_trunk: 'gone-trunk' },
      { outbound_trunk: 'is not a trunk of yours: there are default-trunk, carrier, backup' },
    ],
    [
      { project_id: 2, outbound_trunk: 'other' },
      {
        project_id: 'is not a project of yours: there are 1, night, old',
        outbound_trunk: 'is not a trunk of yours: there are default-trunk, carrier, backup',
      },
    ],
  ])('%j', (fields, errors) => {
    expect(originateErrorsOf({ ...data, ...fields })).toEqual(errors);
  });
});

describe('external_id and external_info', () => {
  test.each(['a', 'a.-_~:1', 'r'.repeat(230)])('%s is the reference', (external_id) => {
    expect(parsedOriginateCall({ ...data, external_id })).toMatchObject({
      reference: external_id,
      request: { reference: external_id },
    });
  });
  test.each(['', 'a b', 'a/b', 'ä', 'a\n', 'r'.repeat(231)])('refuses %j, and never shortens it', (external_id) => {
    expect(originateErrorsOf({ ...data, external_id })).toEqual({
      external_id: expect.stringMatching(/must be letters, digits and \.-_~:, 230 at most, such as order-7$/),
    });
  });

  it('comes back in the CDR', () => {
    expect(originateRequestOf({ ...data, external_info: 'Order 17; “blue”' }).clientInfo).toBe('Order 17; “blue”');
    expect(originateRequestOf({ ...data, external_info: '' })).not.toHaveProperty('clientInfo');
  });
  test.each(['a\nb', 'i'.repeat(501)])('refuses %j', (external_info) => {
    expect(originateErrorsOf({ ...data, external_info })).toEqual({
      external_info: expect.stringMatching(/must be text of 1 to 500 characters/),
    });
  });
});

describe('vars', () => {
  test.each<[string, unknown, string]>([
    ['text', 'spring', 'spring'],
    ['an empty text', '', ''],
    ['a whole number', 17, '17'],
    ['true', true, '1'],
    ['false', false, '0'],
    ['a fraction', 1.5, '1.5'],
  ])('%s, as PHP prints it', (_name, value, printed) => {
    expect(originateRequestOf({ ...data, vars: { CAMPAIGN: value } }).variables).toEqual({ CAMPAIGN: printed });
  });

  test.each<[unknown]>([[undefined], [null], [[]], [{}], [''], [{ CAMPAIGN: null }], [{ OTHER: [] }]])(
    '%j are none',
    (vars) => {
      expect(originateRequestOf({ ...data, vars }).variables).toEqual({});
    },
  );

  const notSettable =
    'is not a variable that you may set: there are CAMPAIGN, SKIP_WELCOME, SKIP_WE_ARE_RECORDING, SKIP_ENTER_QUEUE, BACKEND_LINK';
  it('are refused by name', () => {
    const vars = { CAMPAIGN: 'a&b', OTHER: 1, campaign: 1, SKIP_WELCOME: ['1'], 'DB(a/b)': 'x', '': 'y' };
    expect(originateErrorsOf({ ...data, vars })).toEqual({
      'vars[CAMPAIGN]': 'must be letters, digits, space and ._~:@+=/#*-, or a web address, 250 at most',
      'vars[OTHER]': notSettable,
      'vars[campaign]': notSettable,
      'vars[SKIP_WELCOME]': 'must be a string',
      'vars[DB(a/b)]': notSettable,
      'vars[]': notSettable,
    });
    expect(originateErrorsOf({ ...data, vars: 'x' })).toEqual({ vars: 'must hold names and values' });
    expect(originateErrorsOf({ ...data, vars: ['x'] })).toEqual({ 'vars[0]': notSettable });
  });

  it('cannot reach a prototype', () => {
    const json = `{"data":${JSON.stringify(data).slice(0, -1)},"vars":{"__proto__":"x","constructor":"y"}}}`;
    expect(originateErrorsIn(rawBody('application/json', json))).toEqual({
      'vars[__proto__]': notSettable,
      'vars[constructor]': notSettable,
    });
  });

  test.each(hostileTexts.filter(([, text]) => /[\r\n&,;|$\0]|.{300}/.test(text)))('refuses %s', (_name, text) => {
    expect(Object.keys(originateErrorsOf({ ...data, vars: { CAMPAIGN: text } }))).toEqual(['vars[CAMPAIGN]']);
  });
});

describe('recording', () => {
  test.each([
    [undefined, undefined],
    ['none', undefined],
    ['outside', { under: '1001' }],
    ['all', { under: '1001' }],
  ] as const)("by the tenant's rule: %s", (rule, recording) => {
    const tenant = Tenant.parse({ ...caller, recording: rule });
    expect(originateRequestOf(data, tenant).recording).toEqual(recording);
  });
  it('is kept under the name of the queue', () => {
    const tenant = Tenant.parse({ ...caller, recording: 'all' });
    expect(originateRequestOf({ ...data, type: 'queue', destination: 'test-queue' }, tenant).recording).toEqual({
      under: 'test-queue',
    });
  });
});
