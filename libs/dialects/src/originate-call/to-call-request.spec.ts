import { CallRequest, Tenant } from '@redial/call';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { acme, contextOf, hostileTexts, now, wrongTypes } from '../../testing/acme.ts';
import {
  asForm,
  asJson,
  asQuery,
  caller,
  data,
  type Fields,
  rawBody,
  rawQuery,
  signed,
  who,
} from '../../testing/caller.ts';
import { vendorSample } from '../../testing/php-vectors.ts';
import type { RawInput } from '../dialect.ts';
import { toCallRequest } from './to-call-request.ts';

function errorsIn(input: RawInput, tenant = caller): Record<string, string> {
  const parsed = toCallRequest(input, contextOf(tenant));
  return parsed.ok ? {} : Object.fromEntries(parsed.errors.map(({ field, message }) => [field, message]));
}

function errorsOf(fields: Fields, tenant = caller): Record<string, string> {
  return errorsIn(asJson({ ...who, data: fields }), tenant);
}

function parsedOf(fields: Fields, tenant = caller) {
  const parsed = toCallRequest(asJson({ data: fields }), contextOf(tenant));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  const [call] = parsed.calls;
  if (call === undefined) throw new Error('no call');
  return { ...parsed, ...call };
}

const requestOf = (fields: Fields, tenant = caller) => parsedOf(fields, tenant).request;

describe("the vendor's sample", () => {
  const expected = {
    ok: true,
    calls: [
      {
        reference: 'asdf1234',
        request: {
          dial1: { kind: 'service', service: 'test-queue' },
          dial2: { kind: 'number', e164: '27123456789', trunk: 'backup' },
          callerId: '40212345678',
          dial1CallerId: '27123456789',
          dial1CallerName: 'John Doe',
          dial1RingTimeoutSeconds: 15,
          dial2RingTimeoutSeconds: 25,
          talkLimitSeconds: 3_600,
          retryPolicy: {
            maxRetries: 0,
            delaySeconds: 0,
            perDisposition: {},
            until: 'connected',
            networkBudget: { maxRetries: 0, windowSeconds: 0, delaySeconds: 0 },
            retryUnknown: false,
          },
          reference: 'asdf1234',
          variables: {
            SKIP_WELCOME: '1',
            SKIP_WE_ARE_RECORDING: '1',
            SKIP_ENTER_QUEUE: '0',
            BACKEND_LINK: 'https://[YOUR-EXTERNAL-CRM-URL]/?change_this_url=1234',
          },
          headers: { dial1: {}, dial2: {} },
          priority: 0,
        },
      },
    ],
    questions: [
      {
        asks: 'queue_exists',
        queue: 'test-queue',
        otherwise: { field: 'destination', message: 'Invalid Queue. Check if pbx queue exists' },
      },
    ],
  };

  test.each([
    ['JSON', rawBody('application/json', vendorSample.json)],
    ['a form', rawBody('application/x-www-form-urlencoded', vendorSample.query)],
    ['a query', rawQuery(vendorSample.query)],
  ])('passes as it stands, in %s', (_name, input) => {
    expect(toCallRequest(input, contextOf(caller))).toEqual(expected);
  });
});

describe('type and destination', () => {
  test.each([
    ['user', '1001', { kind: 'extension', extension: '1001' }],
    ['extension', '200', { kind: 'extension', extension: '200' }],
    ['user_email', 'jane@acme.example', { kind: 'extension', extension: '1002' }],
    ['user_email', 'JANE@acme.Example', { kind: 'extension', extension: '1002' }],
    ['queue', 'test-queue', { kind: 'service', service: 'test-queue' }],
    ['context', 'after-hours', { kind: 'service', service: 'after-hours' }],
  ])('%s %s', (type, destination, dial1) => {
    expect(requestOf({ ...data, type, destination }).dial1).toEqual(dial1);
  });

  test.each([
    ['user', '999', 'User', 'user'],
    ['user', 'jane@acme.example', 'User', 'user'],
    ['user', 'test-queue', 'User', 'user'],
    ['extension', '0820001234', 'User', 'user'],
    ['user_email', 'john@acme.example', 'User', 'user'],
    ['user_email', 'constructor', 'User', 'user'],
    ['user_email', '1001', 'User', 'user'],
    ['user_email', 'gone@acme.example', 'User', 'user'],
    ['queue', 'other-queue', 'Queue', 'queue'],
    ['queue', 'TEST-QUEUE', 'Queue', 'queue'],
    ['queue', '600', 'Queue', 'queue'],
    ['queue', 'after-hours', 'Queue', 'queue'],
    ['context', 'test-queue', 'Context', 'context'],
    ['context', 'sales', 'Context', 'context'],
    ['context', 'internal', 'Context', 'context'],
  ])('%s %s is unknown, in the words of the vendor', (type, destination, Word, word) => {
    expect(errorsOf({ ...data, type, destination })).toEqual({
      destination: `Invalid ${Word}. Check if pbx ${word} exists`,
    });
  });

  test.each(['users', 'Queue', 'constructor', '1'])('%s is no type', (type) => {
    expect(errorsOf({ ...data, type })).toEqual({ type: 'must be one of user, extension, user_email, queue, context' });
  });
});

describe('what the PBX is asked', () => {
  const invalid = (word: string) => ({
    field: 'destination',
    message: `Invalid ${word}. Check if pbx ${word.toLowerCase()} exists`,
  });
  const offline = { field: 'destination', message: 'is not online' };
  const rows = [
    ['user', '1001', [{ asks: 'device_online', extension: '1001', otherwise: offline }]],
    ['extension', '1001', [{ asks: 'device_online', extension: '1001', otherwise: offline }]],
    ['user_email', 'jane@acme.example', [{ asks: 'device_online', extension: '1002', otherwise: offline }]],
    ['queue', 'test-queue', [{ asks: 'queue_exists', queue: 'test-queue', otherwise: invalid('Queue') }]],
    [
      'queue',
      'far-queue',
      [{ asks: 'context_exists', context: 'far-queues', exten: '610', otherwise: invalid('Queue') }],
    ],
    ['queue', 'lobby', []],
    [
      'context',
      'after-hours',
      [{ asks: 'context_exists', context: 'after-hours', exten: 's', otherwise: invalid('Context') }],
    ],
  ] as const;

  test.each(rows)('async=1, %s %s', (type, destination, questions) => {
    expect(parsedOf({ ...data, type, destination }).questions).toEqual(questions);
  });

  test.each(rows)('async=0, %s %s: the same, but whether the user is online', (type, destination, questions) => {
    const others = questions.filter(({ asks }) => asks !== 'device_online');
    expect(parsedOf({ ...data, type, destination, async: 0 }).questions).toEqual(others);
  });
});

describe('async', () => {
  test.each<[unknown]>([[undefined], [null], [1], ['1'], [true], ['true'], ['']])('%j: answers at once', (async) => {
    const { request, waits } = parsedOf({ ...data, async });
    expect(waits).toBeUndefined();
    expect(request).not.toHaveProperty('outcomeAwaited');
    expect(request).not.toHaveProperty('expiresAt');
  });

  test.each<[unknown]>([[0], ['0'], [false], ['false']])("%j: waits for dial1's outcome", (async) => {
    const { request, waits } = parsedOf({ ...data, async });
    expect(request).toMatchObject({ outcomeAwaited: true, expiresAt: now + 15_000 });
    // To start, to ring, to be known.
    expect(waits).toEqual({ until: now + 15_000 + 15_000 + 15_000, withDial2: false });
  });

  it("waits for the tenant's waitSeconds", () => {
    const settings = { ...(caller.dialects['originate-call'] as object), waitSeconds: 60 };
    const patient = Tenant.parse({ ...caller, dialects: { 'originate-call': settings } });
    const { request, waits } = parsedOf({ ...data, async: 0 }, patient);
    expect(request.expiresAt).toBe(now + 60_000);
    expect(waits?.until).toBe(now + 90_000);
  });

  test.each<[unknown]>([[2], ['no'], [-1], [1.5], ['TRUE'], [[1]]])('%j is neither', (async) => {
    expect(errorsOf({ ...data, async })).toEqual({ async: 'must be one of 0, 1, true, false' });
  });
});

describe('caller_id, the customer', () => {
  test.each([
    ['0820001234', '27820001234'],
    ['27820001234', '27820001234'],
    ['0040212345678', '40212345678'],
    ['+40212345678', '40212345678'],
  ])('%s is rung, and seen by the agent', (caller_id, e164) => {
    expect(requestOf({ ...data, caller_id })).toMatchObject({
      dial2: { kind: 'number', e164 },
      dial1CallerId: e164,
      dial1CallerName: 'John Doe',
    });
  });

  test.each(['1001', '600', '08200012', '082 000 1234', 'John', ''])('%j is no number', (caller_id) => {
    expect(errorsOf({ ...data, caller_id })).toEqual({
      caller_id: 'is not a number in a known form: 0711234567 or +27711234567, abroad + and the country code',
    });
  });

  it('needs a trunk', () => {
    expect(errorsOf(data, Tenant.parse({ ...caller, trunks: [] }))).toEqual({
      caller_id: 'is an outside number, and you have no trunk',
    });
  });
});

describe('caller_id_name', () => {
  test.each(['John Doe', "O'Brien", 'Ștefan Müller', '李小龍', 'J. R.-S.', 'A+B/C_D', '1', 'n'.repeat(80)])(
    '%s',
    (name) => {
      expect(requestOf({ ...data, caller_id_name: name }).dial1CallerName).toBe(name);
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
    expect(requestOf({ ...data, caller_id_name: written }).dial1CallerName).toBe(shown);
  });
  test.each([',', '😀', '...'])('%j: nothing is left of it, and no name is shown', (name) => {
    expect(requestOf({ ...data, caller_id_name: name })).not.toHaveProperty('dial1CallerName');
  });
  test.each([...['', ' ', 'a\nb', 'John\n', 'a\r\nb', 'n'.repeat(81)], '$' + '{SHELL(id)}', '$[1+1]'])(
    'refuses %j',
    (name) => {
      expect(errorsOf({ ...data, caller_id_name: name })).toEqual({
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
    expect(requestOf({ ...data, outbound_number }).callerId).toBe(callerId);
  });

  it('is what the PBX sends by itself, where nobody says anything', () => {
    const bare = Tenant.parse({ ...caller, callerIds: {} });
    expect(requestOf(data, bare)).not.toHaveProperty('callerId');
  });

  it('has lost its plus to the form of URLs, and gets it back', () => {
    expect(requestOf({ ...data, outbound_number: ' 27110005555' }).callerId).toBe('27110005555');
    expect(requestOf({ ...data, caller_id: ' 27820061234' }).dial2).toMatchObject({ e164: '27820061234' });
  });

  test.each(['2001', 'John', '+0'])('%s is no number', (outbound_number) => {
    expect(errorsOf({ ...data, outbound_number })).toEqual({
      outbound_number:
        'is neither an extension of yours nor a number in a known form: 0711234567 or +27711234567, abroad + and the country code',
    });
  });

  it("must be on the tenant's list where there is one", () => {
    const strict = Tenant.parse({ ...caller, callerIds: { allowed: ['27110005555'] } });
    expect(errorsOf({ ...data, outbound_number: '0110005555' }, strict)).toEqual({});
    expect(errorsOf({ ...data, outbound_number: '0110005556' }, strict)).toEqual({
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
    expect(requestOf({ ...data, ...fields }).dial2).toMatchObject({ trunk });
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
    expect(errorsOf({ ...data, ...fields })).toEqual(errors);
  });
});

describe('external_id and external_info', () => {
  test.each(['a', 'a.-_~:1', 'r'.repeat(230)])('%s is the reference', (external_id) => {
    expect(parsedOf({ ...data, external_id })).toMatchObject({
      reference: external_id,
      request: { reference: external_id },
    });
  });
  test.each(['', 'a b', 'a/b', 'ä', 'a\n', 'r'.repeat(231)])('refuses %j, and never cuts', (external_id) => {
    expect(errorsOf({ ...data, external_id })).toEqual({
      external_id: expect.stringMatching(/must be letters, digits and \.-_~:, 230 at most, such as order-7$/),
    });
  });

  it('comes back in the CDR', () => {
    expect(requestOf({ ...data, external_info: 'Order 17; “blue”' }).clientInfo).toBe('Order 17; “blue”');
    expect(requestOf({ ...data, external_info: '' })).not.toHaveProperty('clientInfo');
  });
  test.each(['a\nb', 'i'.repeat(501)])('refuses %j', (external_info) => {
    expect(errorsOf({ ...data, external_info })).toEqual({
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
    expect(requestOf({ ...data, vars: { CAMPAIGN: value } }).variables).toEqual({ CAMPAIGN: printed });
  });

  test.each<[unknown]>([[undefined], [null], [[]], [{}], [''], [{ CAMPAIGN: null }], [{ OTHER: [] }]])(
    '%j are none',
    (vars) => {
      expect(requestOf({ ...data, vars }).variables).toEqual({});
    },
  );

  const notSettable =
    'is not a variable that you may set: there are CAMPAIGN, SKIP_WELCOME, SKIP_WE_ARE_RECORDING, SKIP_ENTER_QUEUE, BACKEND_LINK';
  it('are refused by name', () => {
    const vars = { CAMPAIGN: 'a&b', OTHER: 1, campaign: 1, SKIP_WELCOME: ['1'], 'DB(a/b)': 'x', '': 'y' };
    expect(errorsOf({ ...data, vars })).toEqual({
      'vars[CAMPAIGN]': 'must be letters, digits, space and ._~:@+=/#*-, or a web address, 250 at most',
      'vars[OTHER]': notSettable,
      'vars[campaign]': notSettable,
      'vars[SKIP_WELCOME]': 'must be a string',
      'vars[DB(a/b)]': notSettable,
      'vars[]': notSettable,
    });
    expect(errorsOf({ ...data, vars: 'x' })).toEqual({ vars: 'must hold names and values' });
    expect(errorsOf({ ...data, vars: ['x'] })).toEqual({ 'vars[0]': notSettable });
  });

  it('has no way to a prototype', () => {
    const json = `{"data":${JSON.stringify(data).slice(0, -1)},"vars":{"__proto__":"x","constructor":"y"}}}`;
    expect(errorsIn(rawBody('application/json', json))).toEqual({
      'vars[__proto__]': notSettable,
      'vars[constructor]': notSettable,
    });
  });

  test.each(hostileTexts.filter(([, text]) => /[\r\n&,;|$\0]|.{300}/.test(text)))('refuses %s', (_name, text) => {
    expect(Object.keys(errorsOf({ ...data, vars: { CAMPAIGN: text } }))).toEqual(['vars[CAMPAIGN]']);
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
    expect(requestOf(data, tenant).recording).toEqual(recording);
  });
  it('is under the name of the queue', () => {
    const tenant = Tenant.parse({ ...caller, recording: 'all' });
    expect(requestOf({ ...data, type: 'queue', destination: 'test-queue' }, tenant).recording).toEqual({
      under: 'test-queue',
    });
  });
});

describe('bad input', () => {
  const mandatory = Object.keys(data);
  const texts = [...mandatory, 'outbound_number', 'outbound_trunk'];

  describe.each(texts)('%s', (field) => {
    const hostile = hostileTexts.filter(([name]) => {
      if (field === 'caller_id_name')
        return !['Arabic digits', 'full-width digits', '@', '/', '&', ',', ';', '|', 'a backslash', 'quotes'].includes(
          name,
        );
      return mandatory.includes(field) || name !== 'empty';
    });
    test.each(hostile)('refuses %s', (_name, text) => {
      for (const as of [asJson, asForm, asQuery])
        expect(Object.keys(errorsIn(as({ data: { ...data, [field]: text } })))).toEqual([field]);
    });
    test.each([
      ['a list', ['1001']],
      ['an object', { x: '1001' }],
    ])('refuses %s', (_name, value) => {
      expect(Object.keys(errorsOf({ ...data, [field]: value }))).toEqual([field]);
    });
    test('refuses bytes that are not UTF-8, and text that was broken before it was sent', () => {
      const { [field]: _absent, ...others } = data;
      const query = `${asQuery({ data: others }).query}&data[${field}]=a%C3`;
      expect(errorsIn(rawQuery(query))).toEqual({ [field]: 'must be text in UTF-8' });
      expect(errorsOf({ ...data, [field]: 'a\ud800' })).toEqual({ [field]: 'must be text in UTF-8' });
    });
  });

  test.each(mandatory)('%s is mandatory', (field) => {
    for (const nothing of [undefined, null, []])
      expect(errorsOf({ ...data, [field]: nothing })).toEqual({ [field]: 'is required' });
  });

  it('names every field that is wrong, and everything that is no field', () => {
    const errors = errorsIn(
      asJson({
        ...who,
        extra: 1,
        data: { type: 'x', caller_id: 'y', external_id: '!', async: 3, vars: { A: 1 }, 'a/b': 1 },
      }),
    );
    expect(Object.keys(errors).sort()).toEqual(
      [
        'a/b',
        'async',
        'caller_id',
        'caller_id_name',
        'destination',
        'external_id',
        'extra',
        'project_id',
        'type',
        'vars[A]',
      ].sort(),
    );
  });

  test.each<[unknown, string]>([
    ['text', 'must hold the fields of the call'],
    [1, 'must hold the fields of the call'],
    [false, 'must hold the fields of the call'],
  ])('data %j', (wrong, message) => {
    expect(errorsIn(asJson({ data: wrong }))).toMatchObject({ data: message, caller_id: 'is required' });
  });

  test.each([
    ['nothing', rawQuery('')],
    ['JSON for a form', rawBody('application/x-www-form-urlencoded', '{}')],
    ['a list', rawBody('application/json', '[1]')],
    ['broken JSON', rawBody('application/json', '{')],
    ['another Content-Type', rawBody('text/plain', '{}')],
    ['query and body', { ...asJson({ data }), query: 'a=1' }],
  ])('%s', (_name, input) => {
    expect(toCallRequest(input, contextOf(caller)).ok).toBe(false);
  });

  it('is not asked of a tenant without the dialect', () => {
    expect(() => toCallRequest(asJson({ data }), contextOf(acme))).toThrow(TypeError);
  });
});

describe('whatever is sent', () => {
  const usually = <T>(arbitrary: fc.Arbitrary<T>) => ({ arbitrary, weight: 9 });
  const word = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('1', '0820001234', 'John Doe', 'user', '1001', 'x'),
  );
  const fields = fc.record(
    {
      project_id: fc.oneof(usually(fc.constant(1)), word),
      caller_id: fc.oneof(usually(fc.constant('0820001234')), word),
      caller_id_name: fc.oneof(usually(fc.constant('John Doe')), word),
      type: fc.oneof(usually(fc.constantFrom('user', 'queue', 'context', 'user_email')), word),
      destination: fc.oneof(usually(fc.constantFrom('1001', 'test-queue', 'after-hours', 'jane@acme.example')), word),
      external_id: fc.oneof(usually(fc.stringMatching(/^[A-Za-z0-9._~:-]{1,230}$/)), word),
      external_info: fc.oneof(usually(fc.string({ unit: 'grapheme' })), word),
      async: fc.oneof(usually(fc.constantFrom(0, 1, true, false)), word),
      outbound_number: fc.oneof(usually(fc.constantFrom('+40212345678', '1001')), word),
      outbound_trunk: fc.oneof(usually(fc.constant('default-trunk')), word),
      vars: fc.dictionary(fc.constantFrom('CAMPAIGN', 'SKIP_WELCOME'), fc.oneof(fc.integer(), fc.boolean(), word)),
    },
    { requiredKeys: ['project_id', 'caller_id', 'caller_id_name', 'type', 'destination', 'external_id'] },
  );

  it('what is accepted has the forms of the one model, and its reference unchanged', () => {
    let accepted = 0;
    fc.assert(
      fc.property(fields, (sent) => {
        const parsed = toCallRequest(asJson(signed({ ...who, data: sent })), contextOf(caller));
        if (!parsed.ok) return;
        accepted++;
        const [call] = parsed.calls;
        expect(CallRequest.safeParse(call?.request)).toMatchObject({ success: true });
        expect(call).toMatchObject({ reference: sent.external_id, request: { reference: sent.external_id } });
      }),
      { numRuns: 2_000 },
    );
    expect(accepted).toBeGreaterThan(50);
  });

  it('GET, a form and JSON of the same parameters are the same call, or the same errors', () => {
    fc.assert(
      fc.property(fields, (sent) => {
        const params = signed({ ...who, data: sent });
        const [json, form, query] = [asJson, asForm, asQuery].map((as) => toCallRequest(as(params), contextOf(caller)));
        expect(form).toEqual(json);
        expect(query).toEqual(json);
      }),
    );
  });

  it('never throws', () => {
    const type = fc.constantFrom('application/json', 'application/x-www-form-urlencoded', 'text/plain', '');
    const mark = fc.constantFrom(
      'data',
      '[',
      ']',
      'vars',
      '=',
      '&',
      '%',
      '{',
      '}',
      '"',
      ':',
      ',',
      '0',
      '__proto__',
      '\0',
      'é',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(mark, { maxLength: 40 }).map((marks) => marks.join('')),
    );
    fc.assert(
      fc.property(text, text, type, (body, query, contentType) => {
        expect(toCallRequest({ contentType, query, body }, contextOf(caller)).ok).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });

  test.each(wrongTypes)('%s for the whole of data', (_name, value) => {
    expect(toCallRequest(asJson({ data: value }), contextOf(caller)).ok).toBe(false);
  });
});
