import { Tenant } from '@redial/call';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { acme, contextOf, hostileTexts, newReference, wrongTypes } from '../../testing/acme.ts';
import { toCallRequest } from './to-call-request.ts';

const good = { agent: '1001', callee: '0820001234', outbound_id: '27110005555', contact_ref: 'AbC123' };

function errorsOf(input: unknown, tenant = acme): Record<string, string> {
  const parsed = toCallRequest(input, contextOf(tenant));
  return parsed.ok ? {} : Object.fromEntries(parsed.errors.map(({ field, message }) => [field, message]));
}

function parsedOf(input: unknown, tenant = acme) {
  const parsed = toCallRequest(input, contextOf(tenant));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  const [call, ...more] = parsed.calls;
  if (call === undefined || more.length > 0) throw new Error('a click is one call');
  return call;
}

it('is one immediate call without retries, with the headers for a WebRTC phone', () => {
  expect(parsedOf(good)).toEqual({
    reference: 'AbC123',
    request: {
      dial1: { kind: 'extension', extension: '1001' },
      dial2: { kind: 'number', e164: '27820001234', trunk: 'carrier' },
      callerId: '27110005555',
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
      reference: 'AbC123',
      variables: {},
      headers: { dial1: { 'X-Teleforge-Outbound-ID': '27110005555', 'X-Teleforge-Call-Ref': 'AbC123' }, dial2: {} },
      priority: 0,
    },
  });
});

it("writes the headers under the tenant's prefix", () => {
  const old = Tenant.parse({ ...acme, dialects: { click2dial: { headerPrefix: 'X-Platforma-' } } });
  expect(Object.keys(parsedOf(good, old).request.headers.dial1)).toEqual([
    'X-Platforma-Outbound-ID',
    'X-Platforma-Call-Ref',
  ]);
});

it('has no questions, waits for nothing and reserves nothing', () => {
  const parsed = toCallRequest(good, contextOf());
  expect(Object.keys(parsed).sort()).toEqual(['calls', 'ok']);
});

describe('recording', () => {
  const ruled = (recording: Tenant['recording']) =>
    parsedOf(good, Tenant.parse({ ...acme, recording })).request.recording;
  test.each([
    ['outside', { under: '1001' }],
    ['all', { under: '1001' }],
    ['none', undefined],
  ] as const)("is the tenant's rule: %s", (rule, recording) => {
    expect(ruled(rule)).toEqual(recording);
  });

  it('is off if the tenant has no rule', () => {
    expect(parsedOf(good).request.recording).toBeUndefined();
  });
});

it('accepts whole numbers as digits, as JSON without quotes has them', () => {
  const parsed = parsedOf({ agent: 1001, callee: 27820001234, outbound_id: 27110005555, contact_ref: 42 });
  expect(parsed.request.dial1).toEqual({ kind: 'extension', extension: '1001' });
  expect(parsed.request.dial2).toMatchObject({ e164: '27820001234' });
  expect(parsed.reference).toBe('42');
});

describe('agent', () => {
  test.each([
    ['4 digits', '1001', { kind: 'extension', extension: '1001' }],
    ['3 digits', '200', { kind: 'extension', extension: '200' }],
    ['a number from 0', '0820001234', { kind: 'number', e164: '27820001234', trunk: 'carrier' }],
    ['a number from 00', '0027820001234', { kind: 'number', e164: '27820001234', trunk: 'carrier' }],
  ])('%s', (_name, agent, destination) => {
    expect(parsedOf({ ...good, callee: '0820009999', agent }).request.dial1).toEqual(destination);
  });

  it('gets no headers on an outside number: they are for its own phone', () => {
    expect(parsedOf({ ...good, callee: '0820009999', agent: '0820001234' }).request.headers.dial1).toEqual({});
  });

  test.each(['2001', '999'])('%s is not an extension', (agent) => {
    expect(errorsOf({ ...good, agent })).toEqual({ agent: 'is not an extension of yours' });
  });

  it('of 5 digits is not a form of the vendor, even if the tenant has it', () => {
    expect(errorsOf({ ...good, agent: '30000' })).toEqual({
      agent:
        'must be one of: an extension of 3 or 4 digits, 10 digits from 0, 11 digits from 27, 13 to 16 digits from 00',
    });
  });
});

describe('callee', () => {
  test.each([
    ['10 digits from 0', '0820001234', '27820001234'],
    ['10 digits from 00, as in the vendor’s sample', '0000000000', '27000000000'],
    ['11 digits from 27', '27820001234', '27820001234'],
    ['13 digits from 00', '0027820001234', '27820001234'],
    ['16 digits from 00', '0049301234567890', '49301234567890'],
  ])('%s', (_name, callee, e164) => {
    expect(parsedOf({ ...good, callee }).request.dial2).toEqual({ kind: 'number', e164, trunk: 'carrier' });
  });

  test.each([
    '1001',
    '082000123',
    '08200012345',
    '2782000123',
    '278200012345',
    '002782000123',
    '00278200012345678',
    '+27820001234',
    '4930123456',
  ])('%s is none of them', (callee) => {
    expect(errorsOf({ ...good, callee })).toEqual({
      callee: 'must be one of: 10 digits from 0, 11 digits from 27, 13 to 16 digits from 00',
    });
  });

  it('needs a trunk', () => {
    expect(errorsOf(good, Tenant.parse({ ...acme, trunks: [] }))).toEqual({
      callee: 'is an outside number, and you have no trunk',
    });
  });

  it("follows the tenant's numbering plan", () => {
    const german = Tenant.parse({
      ...acme,
      numberingPlan: { countryCode: '49', nationalNumberLength: { min: 6, max: 11 } },
    });
    expect(parsedOf({ ...good, callee: '030123456', outbound_id: '4930123456' }, german).request.dial2).toMatchObject({
      e164: '4930123456',
    });
  });
});

describe('outbound_id', () => {
  test.each([
    ['from 0', '0110005555', '27110005555'],
    ['from 27', '27110005555', '27110005555'],
    ['random', 'random', '27110003333'],
    ['tvc_<campaign>', 'tvc_spring', '27110004444'],
  ])('%s', (_name, outbound_id, callerId) => {
    const { request } = parsedOf({ ...good, outbound_id });
    expect(request.callerId).toBe(callerId);
    expect(request.headers.dial1['X-Teleforge-Outbound-ID']).toBe(callerId);
  });

  const bare = Tenant.parse({ ...acme, callerIds: { default: '27110001111' }, dialects: {} });
  test.each([
    ['random without a pool', 'random', 'is random, and you have no pool of caller IDs'],
    ['a campaign that is not there', 'tvc_spring', 'names a campaign for which you have no verified caller ID'],
    ['a name of Object', 'tvc_constructor', 'names a campaign for which you have no verified caller ID'],
  ])('refuses %s, and never falls back', (_name, outbound_id, message) => {
    expect(errorsOf({ ...good, outbound_id }, bare)).toEqual({ outbound_id: message });
  });

  test.each(['Random', 'RANDOM', '0027110005555', '1001', '+27110005555', 'tvc'])('%s is no form', (outbound_id) => {
    expect(errorsOf({ ...good, outbound_id })).toEqual({
      outbound_id: 'must be one of: random, tvc_<campaign>, 10 digits from 0, 11 digits from 27',
    });
  });

  it("must be on the tenant's list if there is one", () => {
    const strict = Tenant.parse({ ...acme, callerIds: { allowed: ['27110009999'], pool: ['27110002222'] } });
    expect(errorsOf(good, strict)).toEqual({ outbound_id: 'is not a caller ID that you may show' });
    expect(errorsOf({ ...good, outbound_id: 'random' }, strict)).toEqual({});
  });
});

describe('contact_ref and call_ref', () => {
  const { contact_ref: _ref, ...bare } = good;
  test.each([
    ['contact_ref', { contact_ref: 'a.-_~:1' }, 'a.-_~:1'],
    ['call_ref, as before v3', { call_ref: 'old' }, 'old'],
    ['both: contact_ref wins', { contact_ref: 'new', call_ref: 'old' }, 'new'],
    ['an empty contact_ref is none', { contact_ref: '', call_ref: 'old' }, 'old'],
    ['neither', {}, newReference],
    ['both empty', { contact_ref: '', call_ref: null }, newReference],
    ['230', { contact_ref: 'r'.repeat(230) }, 'r'.repeat(230)],
    ['longer is cut at 230', { contact_ref: `${'r'.repeat(230)}tail` }, 'r'.repeat(230)],
  ])('%s', (_name, refs, reference) => {
    const parsed = parsedOf({ ...bare, ...refs });
    expect(parsed.reference).toBe(reference);
    expect(parsed.request.headers.dial1['X-Teleforge-Call-Ref']).toBe(reference);
  });

  test.each(['contact_ref', 'call_ref'])('%s refuses other characters, even past the cut', (field) => {
    for (const text of ['a b', 'a\r\nb', 'ä', 'a,b', `${'r'.repeat(300)}\n`]) {
      expect(errorsOf({ ...good, [field]: text })).toEqual({
        [field]: expect.stringMatching(/must be letters, digits and \.-_~:$/),
      });
    }
  });
});

describe('bad input', () => {
  describe.each(['agent', 'callee', 'outbound_id'])('%s', (field) => {
    test.each(hostileTexts)('refuses %s', (_name, text) => {
      expect(Object.keys(errorsOf({ ...good, [field]: text }))).toEqual([field]);
    });
    test.each(wrongTypes)('refuses %s', (_name, value) => {
      expect(errorsOf({ ...good, [field]: value })).toEqual({ [field]: 'must be a string or a whole number' });
    });
    it('is required', () => {
      expect(errorsOf({ ...good, [field]: undefined })).toEqual({ [field]: 'is required' });
    });
  });

  it('names every field that is wrong', () => {
    expect(
      Object.keys(errorsOf({ agent: 'x', callee: 'y', outbound_id: 'z', contact_ref: '!', other: 1 })).sort(),
    ).toEqual(['agent', 'callee', 'contact_ref', 'other', 'outbound_id']);
  });

  test.each([undefined, null, 'x', 3, []])('the whole body %j', (input) => {
    expect(Object.keys(errorsOf(input))).toEqual(['']);
  });

  it('never makes a call from other forms than the allowed ones', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (agent, callee) => {
        const parsed = toCallRequest({ ...good, agent, callee }, contextOf());
        if (parsed.ok) expect(`${agent} ${callee}`).toMatch(/^[0-9]{3,16} [0-9]{10,16}$/);
      }),
    );
  });
});
