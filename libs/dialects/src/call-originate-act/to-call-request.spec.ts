import { type CallRequest, CallRequest as CallRequestSchema, Tenant } from '@redial/call';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { acme, contextOf, hostileTexts, now, wrongTypes } from '../../testing/acme.ts';
import { actTenant, tenantWith } from '../../testing/act.ts';
import { toCallRequest } from './to-call-request.ts';

/** The body of the vendor's curl; those of its PHP and JS differ in `trunk_name`. */
const curl = `{
"caller":"557",
"callee":"552",
"context":"main_routing",
"caller_id":"557",
"trunk_name":"",
"timeout":"30"
}`;
const sample: Readonly<Record<string, unknown>> = JSON.parse(curl);
const outside = { ...sample, callee: '0820001234', trunk_name: 'cisco' };
const referenceForm = /^orig\.call\.[0-9]{10}\.[0-9]{6}$/;

function errorsOf(input: unknown, tenant = actTenant): Record<string, string> {
  const parsed = toCallRequest(input, contextOf(tenant));
  return parsed.ok ? {} : Object.fromEntries(parsed.errors.map(({ field, message }) => [field, message]));
}

function requestOf(input: unknown, tenant = actTenant): CallRequest {
  const parsed = toCallRequest(input, contextOf(tenant));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  const [call, ...more] = parsed.calls;
  if (call === undefined || more.length > 0) throw new Error('one request is one call');
  return call.request;
}

describe("the vendor's samples", () => {
  it('are one immediate call without retries, under an id that was never used', () => {
    const reference = `orig.call.${now / 1000}.999999`;
    expect(toCallRequest(sample, contextOf(actTenant))).toEqual({
      ok: true,
      reserves: 'new_reference',
      calls: [
        {
          reference,
          request: {
            dial1: { kind: 'extension', extension: '557' },
            dial2: { kind: 'extension', extension: '552' },
            callerId: '557',
            dial1RingTimeoutSeconds: 30,
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
            reference,
            variables: {},
            headers: { dial1: {}, dial2: {} },
            priority: 0,
          },
        },
      ],
    });
  });

  test.each([
    ['of PHP and JS, with a trunk that the call does not need', { trunk_name: 'cisco' }],
    ['of the English pages, with a call limit', { trunk_name: 'cisco', call_limit: '30' }],
  ])('%s', (_name, more) => {
    expect(requestOf({ ...sample, ...more })).toMatchObject({
      dial1: { extension: '557' },
      dial2: { extension: '552' },
      talkLimitSeconds: 'call_limit' in more ? 30 : 3_600,
    });
  });
});

describe('originated_call_id', () => {
  it('is the second of the request and six random digits', () => {
    const drawn = [...'078933'];
    const parsed = toCallRequest(sample, {
      ...contextOf(actTenant),
      now: now + 999,
      pick: (from) => {
        expect(from).toEqual([...'0123456789']);
        return drawn.shift() ?? 'none';
      },
    });
    expect(parsed).toMatchObject({ calls: [{ reference: `orig.call.${now / 1000}.078933` }] });
    expect(drawn).toEqual([]);
  });
});

describe('caller and callee', () => {
  test.each([
    ['an extension', '1001', { kind: 'extension', extension: '1001' }],
    ['a national number', '0820001234', { kind: 'number', e164: '27820001234', trunk: 'carrier' }],
    ['an international number', '0027820001234', { kind: 'number', e164: '27820001234', trunk: 'carrier' }],
    ['a number with +', '+27820001234', { kind: 'number', e164: '27820001234', trunk: 'carrier' }],
    ['a service by its feature code', '*71', { kind: 'service', service: 'sales' }],
  ])('%s', (_name, written, destination) => {
    expect(requestOf({ ...outside, callee: written }).dial2).toEqual(destination);
    expect(requestOf({ ...outside, callee: '0820009999', caller: written }).dial1).toEqual(destination);
  });

  test.each(['caller', 'callee'])('%s cannot be unknown to the tenant', (field) => {
    for (const written of ['999', '082', '*72', 'sales', 'PJSIP/1001', '0820001234 ']) {
      expect(errorsOf({ ...outside, [field]: written })).toEqual({
        [field]:
          'is neither an extension of yours nor a number in a known form: 0711234567 or +27711234567, abroad + and the country code',
      });
    }
  });

  it('cannot both be an announcement: a call plays one', () => {
    const services = [{ kind: 'announcement', name: 'offer', code: '*72', sound: 'offer' }];
    expect(errorsOf({ ...sample, caller: '*72', callee: '*72' }, tenantWith({ services }))).toEqual({
      callee: 'is an announcement, and so is caller',
    });
  });

  it('are digits without quotes too', () => {
    expect(requestOf({ ...sample, caller: 557, callee: 552, caller_id: 557, timeout: 45 })).toEqual(
      requestOf({ ...sample, timeout: '45' }),
    );
  });
});

describe('trunk_name', () => {
  test.each([
    ['by the name that the vendor had for it', 'cisco', 'carrier'],
    ["by the tenant's own", 'backup', 'backup'],
  ])('%s', (_name, trunk_name, trunk) => {
    expect(requestOf({ ...outside, trunk_name }).dial2).toMatchObject({ trunk });
  });

  test.each([undefined, '', null])('%j is none: a callee outside needs one', (trunk_name) => {
    expect(errorsOf({ ...outside, trunk_name })).toEqual({ trunk_name: 'value is missing' });
  });

  it.each(['siemens', 'constructor', '__proto__', 'carrier2'])(
    '%s is no trunk, whether needed or not',
    (trunk_name) => {
      const error = { trunk_name: 'is not a trunk of yours: there are cisco, carrier, backup' };
      expect(errorsOf({ ...outside, trunk_name })).toEqual(error);
      expect(errorsOf({ ...sample, trunk_name })).toEqual(error);
    },
  );

  it('that stands for a trunk that the tenant does not have is no trunk', () => {
    const astray = tenantWith({ trunks: ['carrier'] }, { trunks: { cisco: 'backup' } });
    expect(errorsOf(outside, astray)).toEqual({ trunk_name: 'is not a trunk of yours: there is carrier' });
  });

  it('does not help a tenant without trunks', () => {
    expect(errorsOf({ ...outside, trunk_name: '' }, tenantWith({ trunks: [] }))).toEqual({
      callee: 'is an outside number, and you have no trunk',
    });
  });
});

describe('context', () => {
  const caller = '0820009999';
  it.each([
    ['a context with a trunk routes it', { context: 'by backup' }, 'backup'],
    ["a context's trunk goes before trunk_name", { context: 'by backup', trunk_name: 'cisco' }, 'backup'],
    ['where the context has none, trunk_name does', { trunk_name: 'cisco' }, 'carrier'],
  ])('given a caller outside, %s', (_name, fields, trunk) => {
    expect(requestOf({ ...sample, caller, ...fields }).dial1).toEqual({ kind: 'number', e164: '27820009999', trunk });
  });

  it('without a trunk requires trunk_name for an outside caller', () => {
    expect(errorsOf({ ...sample, caller })).toEqual({ trunk_name: 'value is missing' });
  });

  it('routes only the first person', () => {
    const { dial1, dial2 } = requestOf({ ...outside, caller, context: 'by backup' });
    expect([dial1, dial2]).toMatchObject([{ trunk: 'backup' }, { trunk: 'carrier' }]);
    expect(errorsOf({ ...outside, trunk_name: '', context: 'by backup' })).toEqual({ trunk_name: 'value is missing' });
  });

  it.each([
    ['an extension', '1001', { exten: '1001' }],
    ['a number, as it is dialled', '0820009999', { exten: '0820009999', e164: '27820009999' }],
    ['a number with +, by the digits for it', '+27820009999', { exten: '0027820009999', e164: '27820009999' }],
  ])('of the dialplan dials %s', (_name, written, where) => {
    const { dial1 } = requestOf({ ...sample, caller: written, context: 'office' });
    expect(dial1).toEqual({ kind: 'context', context: 'office', ...where });
  });

  it('of the dialplan leaves a service its own way, and needs no trunk', () => {
    expect(requestOf({ ...sample, caller: '*71', context: 'office' }).dial1).toEqual({
      kind: 'service',
      service: 'sales',
    });
    const trunkless = tenantWith({ trunks: [] });
    expect(requestOf({ ...sample, caller, context: 'office' }, trunkless).dial1).toMatchObject({ kind: 'context' });
  });

  it.each(['from-internal', 'constructor', '__proto__', 'Office', 'carrier'])(
    '%s is not one of the tenant',
    (context) => {
      expect(errorsOf({ ...sample, context })).toEqual({
        context: 'is not a context of yours: there are main_routing, by backup, office',
      });
    },
  );

  it('of the dialplan must be one that the tenant may dial', () => {
    expect(errorsOf({ ...sample, context: 'office' }, tenantWith({ contexts: [] }))).toEqual({
      context: 'is not a context that you may dial: there is none',
    });
  });

  it('with a trunk that the tenant does not have is an error', () => {
    expect(errorsOf({ ...sample, context: 'by backup' }, tenantWith({ trunks: ['carrier'] }))).toEqual({
      context: 'needs a trunk that you do not have',
    });
  });
});

describe('caller_id', () => {
  test.each([
    ['an extension', '557', '557'],
    ['a number', '0110005555', '27110005555'],
  ])('%s: both see it', (_name, caller_id, callerId) => {
    const request = requestOf({ ...sample, caller_id });
    expect(request.callerId).toBe(callerId);
    expect(request).not.toHaveProperty('dial1CallerId');
  });

  it("must be on the tenant's list if there is one", () => {
    const strict = tenantWith({ callerIds: { allowed: ['27110005555'] } });
    expect(errorsOf(sample, strict)).toEqual({ caller_id: 'is not a caller ID that you may show' });
    expect(errorsOf({ ...sample, caller_id: '0110005555' }, strict)).toEqual({});
  });
});

describe('timeout and call_limit', () => {
  test.each([
    [{ timeout: '1' }, 1, 3_600],
    [{ timeout: '300' }, 300, 3_600],
    [{ timeout: '' }, 30, 3_600],
    [{ timeout: null }, 30, 3_600],
    [{ call_limit: '43200' }, 30, 43_200],
    [{ call_limit: 90 }, 30, 90],
    [{ call_limit: '' }, 30, 3_600],
  ])('%j', (fields, ring, limit) => {
    const { timeout: _timeout, ...bare } = sample;
    const request = requestOf({ ...bare, ...fields });
    expect([request.dial1RingTimeoutSeconds, request.talkLimitSeconds]).toEqual([ring, limit]);
  });

  test.each(['0', '301', '030', '-1', '1.5', '1e2', ' 30', '30s', 0, 301])('timeout %j is none', (timeout) => {
    expect(errorsOf({ ...sample, timeout })).toEqual({ timeout: 'must be whole seconds, 1 to 300' });
  });

  test.each(['0', '43201', '99999', '123456'])('call_limit %j is none', (call_limit) => {
    expect(errorsOf({ ...sample, call_limit })).toEqual({ call_limit: 'must be whole seconds, 1 to 43200' });
  });
});

it("records by the tenant's rule", () => {
  const all = tenantWith({ recording: 'all' });
  expect(requestOf(sample, all).recording).toEqual({ under: '557' });
  const some = tenantWith({ recording: 'outside' });
  expect([requestOf(sample, some).recording, requestOf(outside, some).recording]).toEqual([
    undefined,
    { under: '557' },
  ]);
});

describe('bad input', () => {
  const mandatory = ['caller', 'callee', 'context', 'caller_id'];
  const optional = ['trunk_name', 'timeout', 'call_limit'];

  it.each(mandatory)('%s is mandatory, and an empty one is none', (field) => {
    for (const value of [undefined, '', null]) {
      expect(errorsOf({ ...sample, [field]: value })).toEqual({ [field]: 'value is missing' });
    }
  });

  it('names every field that is wrong, once', () => {
    const parsed = toCallRequest(
      { caller: '', callee: 'x', context: [], trunk_name: 'y', timeout: 'z', other: 1 },
      contextOf(actTenant),
    );
    expect(parsed.ok ? [] : parsed.errors.map(({ field }) => field).sort()).toEqual(
      ['callee', 'caller', 'caller_id', 'context', 'other', 'timeout', 'trunk_name'].sort(),
    );
  });

  it('a field that the vendor does not have is named in the error, even if empty', () => {
    for (const name of ['Caller', 'constructor', 'a/b~c', '__proto__']) {
      const body = JSON.parse(`{${curl.slice(1, -1)}, ${JSON.stringify(name)}: ""}`);
      expect(errorsOf(body)).toEqual({ [name]: expect.stringMatching(/^is not a known field/) });
    }
  });

  describe.each([...mandatory, ...optional])('%s', (field) => {
    test.each(hostileTexts.filter(([, text]) => text !== ''))('refuses %s', (_name, text) => {
      expect(Object.keys(errorsOf({ ...outside, [field]: text }))).toEqual([field]);
    });
    test.each(wrongTypes.filter(([, value]) => value !== null))('refuses %s', (_name, value) => {
      const message = { timeout: 'must be whole seconds, 1 to 300', call_limit: 'must be whole seconds, 1 to 43200' }[
        field as string
      ];
      expect(errorsOf({ ...outside, [field]: value })).toEqual({
        [field]: message ?? 'must be a string or a whole number',
      });
    });
  });

  test.each([undefined, null, 'x', 3, [], [sample]])('a body that is no object has no field: %j', (input) => {
    expect(errorsOf(input)).toEqual({ '': 'must be an object' });
  });

  it('is an internal error if the tenant does not have the dialect', () => {
    expect(() => toCallRequest(sample, contextOf(Tenant.parse(acme)))).toThrow('does not have the dialect');
  });
});

describe('any request', () => {
  const anything = fc.oneof(
    fc.string(),
    fc.jsonValue(),
    fc.constantFrom('557', '0820001234', 'main_routing', 'office', 'cisco'),
  );

  it('is a call of allowed forms only, or an error', () => {
    const body = fc.record(
      {
        caller: anything,
        callee: anything,
        context: anything,
        caller_id: anything,
        trunk_name: anything,
        timeout: anything,
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(body, (fields) => {
        const parsed = toCallRequest({ ...sample, ...fields }, contextOf(actTenant));
        if (!parsed.ok) {
          expect(parsed.errors.length).toBeGreaterThan(0);
          return;
        }
        const [call] = parsed.calls;
        expect(CallRequestSchema.safeParse(call?.request).error).toBeUndefined();
        expect(call?.reference).toMatch(referenceForm);
        expect(call?.request.reference).toBe(call?.reference);
      }),
    );
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.anything(), (input) => void toCallRequest(input, contextOf(actTenant))));
  });
});
