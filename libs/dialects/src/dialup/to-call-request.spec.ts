import { CallRequest, Reference } from '@redial/call';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { acme, contextOf, hostileTexts, newReference } from '../../testing/acme.ts';
import {
  accepted,
  ask,
  call,
  dialupTenant,
  errorsOf,
  inQuery,
  later,
  requestOf,
  secret,
} from '../../testing/dialup.ts';
import { authenticate } from './credentials.ts';
import { type ParameterName, parameterNames } from './parameters.ts';
import { toCallRequest } from './to-call-request.ts';
import { refusedReply } from './to-reply.ts';

describe('the vendor’s own example', () => {
  const example = 'https://voiptech.pri/API/dialup.php?user=XXXX&pass=XXXX&org=XXXX&dial1=XXXX&dial2=XXXX';
  const filled = ['crm', encodeURIComponent(secret), 'acme', '1001', '0820001234'].reduce(
    (url, value) => url.replace('XXXX', value),
    example,
  );
  const input = { contentType: '', query: new URL(filled).search.slice(1), body: '' };

  it('belongs to its tenant', () => {
    expect(authenticate({ input }, [acme, dialupTenant])).toEqual({
      ok: true,
      tenant: dialupTenant,
      account: 'crm',
    });
  });

  it('is one call for now, without retries', () => {
    expect(toCallRequest(input, contextOf(dialupTenant))).toEqual({
      ok: true,
      calls: [
        {
          reference: newReference,
          request: {
            dial1: { kind: 'extension', extension: '1001' },
            dial2: { kind: 'number', e164: '27820001234', trunk: 'carrier' },
            callerId: '27110041001',
            dial1RingTimeoutSeconds: 20,
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
            reference: newReference,
            recording: { under: '1001' },
            variables: {},
            headers: { dial1: {}, dial2: {} },
            priority: 0,
          },
        },
      ],
    });
  });
});

it('gives each of several calls a reference of its own', () => {
  const { calls, reserves } = accepted({ dial1: '27820001111,27820002222,27820003333', dial2: '600' });
  expect(calls.map(({ reference, request }) => [reference, request.reference])).toEqual(
    [newReference, `${newReference}~2`, `${newReference}~3`].map((reference) => [reference, reference]),
  );
  expect(reserves).toBeUndefined();
});

describe('Timeout', () => {
  const wrong: readonly (readonly [name: string, text: string])[] = [
    ...hostileTexts.filter(([, text]) => text !== ''),
    ['0', '0'],
    ['301', '301'],
    ['-1', '-1'],
    ['20s', '20s'],
  ];

  test.each([
    ['', 20],
    ['1', 1],
    ['300', 300],
  ])('%j is %i s', (Timeout, seconds) => {
    expect(requestOf({ ...call, Timeout }).dial1RingTimeoutSeconds).toBe(seconds);
  });

  test.each(wrong)('is not %s', (_name, Timeout) => {
    expect(errorsOf({ ...call, Timeout })).toEqual(['Timeout: must be a whole number, 1 to 300 seconds']);
  });
});

it('reports every wrong parameter, not only the first', () => {
  const wrong = {
    dial2: 'x',
    Response: 'x',
    showUID: 'x',
    RFormat: 'x',
    SetCID: 'x',
    Timeout: 'x',
    Date: 'x',
    more: 'x',
  };
  expect(
    errorsOf(wrong)
      .map((error) => error.split(':')[0])
      .sort(),
  ).toEqual([
    'Date',
    'Maxretry',
    'RFormat',
    'Response',
    'Retrytime',
    'SetCID',
    'Timeout',
    'dial1',
    'dial2',
    'ident',
    'more',
    'showUID',
  ]);
});

it('is not for a tenant without the dialect', () => {
  expect(() => toCallRequest(inQuery(call), contextOf(acme))).toThrow('does not have dialup');
});

describe('any request', () => {
  const good = {
    user: 'crm',
    pass: secret,
    org: 'acme',
    ...call,
    ...later,
    RFormat: 'json',
    SetCID: '1001',
    Timeout: '30',
  };
  const sided = fc.oneof(
    fc.constantFrom('1001', '600', '*71', '0820001234', '+27820001234', ' 27820001234', '27820001111,27820002222'),
    fc.stringMatching(/^[0-9+*#, ]{0,30}$/),
    fc.string({ unit: 'binary' }),
  );
  const anything = fc.record(
    {
      ...Object.fromEntries(parameterNames.map((name) => [name, fc.string({ unit: 'binary' })])),
      dial1: sided,
      dial2: sided,
      SetCID: sided,
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<Partial<Record<ParameterName, string>>>;

  it('a call has only destinations of the allowed forms, and its reference is unchanged', () => {
    fc.assert(
      fc.property(sided, sided, fc.option(sided), (dial1, dial2, SetCID) => {
        const parsed = ask({ dial1, dial2, ...(SetCID !== null && { SetCID }) });
        if (!parsed.ok) return;
        for (const { request, reference } of parsed.calls) {
          expect(CallRequest.parse(request)).toEqual(request);
          expect(Reference.parse(reference)).toBe(request.reference);
          expect(['extension', 'number', 'service']).toContain(request.dial1.kind);
          expect(['extension', 'number', 'service']).toContain(request.dial2.kind);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('an ident comes back unchanged, or is refused', () => {
    fc.assert(
      fc.property(fc.oneof(fc.stringMatching(/^[A-Za-z0-9._~:-]{1,230}$/), fc.string({ unit: 'binary' })), (ident) => {
        const parsed = ask({ ...call, ...later, ident });
        if (parsed.ok) expect(parsed.calls.map(({ reference }) => reference)).toEqual([ident]);
        else expect(parsed.errors.map(({ field }) => field)).toEqual(['ident']);
      }),
    );
  });

  it('nothing throws, and every refusal names the parameter', () => {
    fc.assert(
      fc.property(fc.constantFrom(...parameterNames), fc.string({ unit: 'binary' }), (name, text) => {
        const input = inQuery({ ...good, [name]: text.toWellFormed() });
        authenticate({ input }, [dialupTenant]);
        const parsed = toCallRequest(input, contextOf(dialupTenant));
        if (parsed.ok) return;
        expect(parsed.errors.map(({ field }) => field)).toContain(name);
      }),
      { numRuns: 2_000 },
    );
  });

  it('no refusal holds a credential, or a number that was sent', () => {
    fc.assert(
      fc.property(anything, (fields) => {
        const input = inQuery({
          ...Object.fromEntries(Object.entries(fields).map(([name, text]) => [name, text?.toWellFormed() ?? ''])),
          pass: secret,
          user: 'crm-user',
        });
        const parsed = toCallRequest(input, contextOf(dialupTenant));
        if (parsed.ok) return;
        const { body } = refusedReply({ code: 'invalid_request', errors: parsed.errors }, input);
        for (const kept of [secret, 'crm-user', '82000']) expect(body).not.toContain(kept);
      }),
    );
  });

  it('no query, body or Content-Type throws', () => {
    const raw = fc.record({
      contentType: fc.constantFrom('', 'application/x-www-form-urlencoded', 'application/json'),
      query: fc.string({ unit: 'binary' }),
      body: fc.string({ unit: 'binary' }),
    });
    fc.assert(
      fc.property(raw, (input) => {
        const parsed = toCallRequest(input, contextOf(dialupTenant));
        expect(parsed.ok).toBe(false);
      }),
    );
  });
});
