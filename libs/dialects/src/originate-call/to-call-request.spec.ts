import { CallRequest, Tenant } from '@redial/call';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { acme, contextOf, hostileTexts, now, wrongTypes } from '../../testing/acme.ts';
import { asForm, asJson, asQuery, caller, data, rawBody, rawQuery, signed, who } from '../../testing/caller.ts';
import {
  originateErrorsIn,
  originateErrorsOf,
  originateRequestOf,
  parsedOriginateCall,
} from '../../testing/originate-request.ts';
import { vendorSample } from '../../testing/php-vectors.ts';
import { toCallRequest } from './to-call-request.ts';

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
        type: 'service_exists',
        service: 'test-queue',
        errorIfNo: { field: 'destination', message: 'Invalid Queue. Check if pbx queue exists' },
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
    expect(originateRequestOf({ ...data, type, destination }).dial1).toEqual(dial1);
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
    expect(originateErrorsOf({ ...data, type, destination })).toEqual({
      destination: `Invalid ${Word}. Check if pbx ${word} exists`,
    });
  });

  test.each(['users', 'Queue', 'constructor', '1'])('%s is no type', (type) => {
    expect(originateErrorsOf({ ...data, type })).toEqual({
      type: 'must be one of user, extension, user_email, queue, context',
    });
  });
});

describe('the questions to the PBX', () => {
  const invalid = (word: string) => ({
    field: 'destination',
    message: `Invalid ${word}. Check if pbx ${word.toLowerCase()} exists`,
  });
  const offline = { field: 'destination', message: 'is not online' };
  const rows = [
    ['user', '1001', [{ type: 'device_online', extension: '1001', errorIfNo: offline }]],
    ['extension', '1001', [{ type: 'device_online', extension: '1001', errorIfNo: offline }]],
    ['user_email', 'jane@acme.example', [{ type: 'device_online', extension: '1002', errorIfNo: offline }]],
    ['queue', 'test-queue', [{ type: 'service_exists', service: 'test-queue', errorIfNo: invalid('Queue') }]],
    ['context', 'after-hours', [{ type: 'service_exists', service: 'after-hours', errorIfNo: invalid('Context') }]],
  ] as const;

  test.each(rows)('async=1, %s %s', (type, destination, questions) => {
    expect(parsedOriginateCall({ ...data, type, destination }).questions).toEqual(questions);
  });

  test.each(rows)('async=0, %s %s: the same, except whether the user is online', (type, destination, questions) => {
    const others = questions.filter(({ type }) => type !== 'device_online');
    expect(parsedOriginateCall({ ...data, type, destination, async: 0 }).questions).toEqual(others);
  });
});

describe('async', () => {
  test.each<[unknown]>([[undefined], [null], [1], ['1'], [true], ['true'], ['']])('%j: answers at once', (async) => {
    const { request, waits } = parsedOriginateCall({ ...data, async });
    expect(waits).toBeUndefined();
    expect(request).not.toHaveProperty('outcomeAwaited');
    expect(request).not.toHaveProperty('expiresAt');
  });

  test.each<[unknown]>([[0], ['0'], [false], ['false']])("%j: waits for dial1's outcome", (async) => {
    const { request, waits } = parsedOriginateCall({ ...data, async });
    expect(request).toMatchObject({ outcomeAwaited: true, expiresAt: now + 15_000 });
    // The time to start, to ring, and to report.
    expect(waits).toEqual({ until: now + 15_000 + 15_000 + 15_000, withDial2: false });
  });

  it("waits for the tenant's waitSeconds", () => {
    const settings = { ...(caller.dialects['originate-call'] as object), waitSeconds: 60 };
    const patient = Tenant.parse({ ...caller, dialects: { 'originate-call': settings } });
    const { request, waits } = parsedOriginateCall({ ...data, async: 0 }, patient);
    expect(request.expiresAt).toBe(now + 60_000);
    expect(waits?.until).toBe(now + 90_000);
  });

  test.each<[unknown]>([[2], ['no'], [-1], [1.5], ['TRUE'], [[1]]])('%j is neither', (async) => {
    expect(originateErrorsOf({ ...data, async })).toEqual({ async: 'must be one of 0, 1, true, false' });
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
        expect(Object.keys(originateErrorsIn(as({ data: { ...data, [field]: text } })))).toEqual([field]);
    });
    test.each([
      ['a list', ['1001']],
      ['an object', { x: '1001' }],
    ])('refuses %s', (_name, value) => {
      expect(Object.keys(originateErrorsOf({ ...data, [field]: value }))).toEqual([field]);
    });
    test('refuses bytes that are not UTF-8, and text that was damaged before it was sent', () => {
      const { [field]: _absent, ...others } = data;
      const query = `${asQuery({ data: others }).query}&data[${field}]=a%C3`;
      expect(originateErrorsIn(rawQuery(query))).toEqual({ [field]: 'must be text in UTF-8' });
      expect(originateErrorsOf({ ...data, [field]: 'a\ud800' })).toEqual({ [field]: 'must be text in UTF-8' });
    });
  });

  test.each(mandatory)('%s is mandatory', (field) => {
    for (const nothing of [undefined, null, []])
      expect(originateErrorsOf({ ...data, [field]: nothing })).toEqual({ [field]: 'is required' });
  });

  it('reports every wrong field, and every unknown one', () => {
    const errors = originateErrorsIn(
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
    expect(originateErrorsIn(asJson({ data: wrong }))).toMatchObject({ data: message, caller_id: 'is required' });
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

  it('throws for a tenant without the dialect', () => {
    expect(() => toCallRequest(asJson({ data }), contextOf(acme))).toThrow(TypeError);
  });
});

describe('any request', () => {
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

  it('an accepted request has the forms of the model, and its reference is unchanged', () => {
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
