import { CallRequest, Tenant } from '@redial/call';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { acme, contextOf, hostileTexts, newReference, wrongTypes } from '../../testing/acme.ts';
import { goodV1Call as good, v1ErrorsOf, v1RequestOf } from '../../testing/v1-request.ts';
import { toCallRequest } from './to-call-request.ts';

describe('a whole request', () => {
  it("takes absent fields from the tenant's defaults", () => {
    expect(toCallRequest(good, contextOf())).toEqual({
      ok: true,
      reference: newReference,
      request: {
        dial1: { kind: 'extension', extension: '1001' },
        dial2: { kind: 'number', e164: '27820001234', trunk: 'carrier' },
        callerId: '27110001111',
        dial1RingTimeoutSeconds: 15,
        dial2RingTimeoutSeconds: 25,
        talkLimitSeconds: 3_600,
        retryPolicy: acme.defaults.retryPolicy,
        reference: newReference,
        variables: {},
        headers: { dial1: {}, dial2: {} },
        priority: 5,
      },
    });
  });

  it('accepts every field', () => {
    const request = v1RequestOf({
      dial1: '0027820001234',
      dial2: '+4930123456',
      callerId: '0110005555',
      dial1CallerId: '1001',
      dial1CallerName: 'Zoë O’Brien',
      dial1RingTimeoutSeconds: 300,
      dial2RingTimeoutSeconds: 1,
      talkLimitSeconds: 14_400,
      record: true,
      clientInfo: 'order 7, "second" reminder; <a|b>',
      notBefore: '2026-01-16T09:00:00+02:00',
      expiresAt: '202601171200',
      retryPolicy: { maxRetries: 9, perDisposition: { busy: { delaySeconds: 10 }, no_answer: { maxRetries: 1 } } },
      reference: 'order-7~a:b_c.d',
      variables: { CAMPAIGN: 'spring' },
      headers: { dial1: { 'X-Agent': 'a' }, dial2: { 'X-Customer': 'c' } },
      priority: 0,
      trunk: 'backup',
    });
    expect(request).toEqual({
      dial1: { kind: 'number', e164: '27820001234', trunk: 'backup' },
      dial2: { kind: 'number', e164: '4930123456', trunk: 'backup' },
      callerId: '27110005555',
      dial1CallerId: '1001',
      dial1CallerName: 'Zoë O’Brien',
      dial1RingTimeoutSeconds: 300,
      dial2RingTimeoutSeconds: 1,
      talkLimitSeconds: 14_400,
      recording: { under: '27820001234' },
      clientInfo: 'order 7, "second" reminder; <a|b>',
      notBeforeAt: Date.UTC(2026, 0, 16, 7),
      expiresAt: Date.UTC(2026, 0, 17, 10),
      retryPolicy: {
        ...acme.defaults.retryPolicy,
        maxRetries: 9,
        perDisposition: { busy: { maxRetries: 2, delaySeconds: 10 }, no_answer: { maxRetries: 1 } },
      },
      reference: 'order-7~a:b_c.d',
      variables: { CAMPAIGN: 'spring' },
      headers: { dial1: { 'X-Agent': 'a' }, dial2: { 'X-Customer': 'c' } },
      priority: 0,
    });
  });

  it('reports every wrong field, not only the first', () => {
    const body = {
      dial1: '9',
      dial2: 5,
      callerId: 'x',
      dial1CallerName: 'a\nb',
      clientInfo: '',
      record: 'yes',
      dial1Context: 'default',
      priority: 10,
      trunk: 'none',
      notBefore: 'soon',
      wrong: 1,
      variables: { EVIL: 'x' },
    };
    expect(Object.keys(v1ErrorsOf(body)).sort()).toEqual(
      [
        '/callerId',
        '/clientInfo',
        '/dial1CallerName',
        '/dial1Context',
        '/dial2',
        '/notBefore',
        '/priority',
        '/record',
        '/trunk',
        '/variables/EVIL',
        '/wrong',
      ].sort(),
    );
  });

  it.each([undefined, null, [], 'text', 7, true])('is refused as a whole when the body is %j', (body) => {
    expect(v1ErrorsOf(body)).toEqual({ '': body === undefined ? 'is required' : 'must be an object' });
  });

  it('is valid for the core, for any input of the client', () => {
    const field = fc.oneof(
      fc.string(),
      fc.integer(),
      fc.constantFrom(
        ...Object.values(good),
        '1002',
        '+27820001234',
        '*601',
        '600',
        '#71',
        '7001',
        'main_routing',
        true,
      ),
      fc.jsonValue(),
    );
    const body = fc.record(
      {
        dial1: field,
        dial2: field,
        dial1Context: field,
        callerId: field,
        dial1CallerName: field,
        record: field,
        clientInfo: field,
        reference: field,
        priority: field,
        notBefore: field,
        headers: fc.jsonValue(),
        retryPolicy: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(body, (anything) => {
        const parsed = toCallRequest(anything, contextOf());
        if (parsed.ok) expect(CallRequest.parse(parsed.request)).toEqual(parsed.request);
        else expect(parsed.errors.length).toBeGreaterThan(0);
      }),
    );
  });
});

describe('each field', () => {
  const texts = [
    'dial1',
    'dial2',
    'callerId',
    'dial1CallerId',
    'notBefore',
    'expiresAt',
    'reference',
    'trunk',
    'dial1Context',
  ] as const;
  const numbers = ['dial1RingTimeoutSeconds', 'dial2RingTimeoutSeconds', 'talkLimitSeconds', 'priority'] as const;
  const objects = ['retryPolicy', 'variables', 'headers'] as const;

  describe.each(texts)('%s', (field) => {
    test.each(hostileTexts)('refuses %s', (_name, text) => {
      expect(Object.keys(v1ErrorsOf({ ...good, [field]: text }))).toEqual([`/${field}`]);
    });
    test.each(wrongTypes)('refuses %s', (_name, value) => {
      const { [`/${field}`]: message, ...others } = v1ErrorsOf({ ...good, [field]: value });
      expect([message, others]).toEqual([expect.stringMatching(/^must be a string: ./), {}]);
    });
  });

  describe.each(numbers)('%s', (field) => {
    test.each([
      ...hostileTexts.map(([, text]) => text),
      null,
      true,
      [],
      {},
      1.5,
      -1,
      1e9,
      '20',
      Number.MAX_SAFE_INTEGER,
    ])('refuses %j', (value) => {
      expect(Object.keys(v1ErrorsOf({ ...good, [field]: value }))).toEqual([`/${field}`]);
    });
  });

  describe('dial1CallerName', () => {
    // A phone may show all letters and digits, and a few signs. A space replaces other punctuation.
    const shown = ['Arabic digits', 'full-width digits', '@', '/', '&', ',', ';', '|', 'a backslash', 'quotes'];
    test.each(hostileTexts.filter(([name]) => !shown.includes(name)))('refuses %s', (_name, text) => {
      expect(Object.keys(v1ErrorsOf({ ...good, dial1CallerName: text }))).toEqual(['/dial1CallerName']);
    });
    test.each([
      ['Doe, John', 'Doe John'],
      ['“Zoë” O´Brien 🎉', '“Zoë” O´Brien'],
      ['50% [VIP]', '50% [VIP]'],
      ['1001&PJSIP/1002', '1001 PJSIP/1002'],
      ['Doe "Jo" <jo@example.com>', 'Doe Jo jo@example.com'],
    ])('takes %s and shows %s', (written, name) => {
      expect(v1RequestOf({ ...good, dial1CallerName: written }).dial1CallerName).toBe(name);
    });
    test.each(wrongTypes)('refuses %s', (_name, value) => {
      expect(v1ErrorsOf({ ...good, dial1CallerName: value })).toEqual({
        '/dial1CallerName': expect.stringMatching(/^must be a string/),
      });
    });
    it('refuses a name that is too long for the PBX, with a sentence', () => {
      expect(v1ErrorsOf({ ...good, dial1CallerName: '京'.repeat(80) })).toEqual({
        '/dial1CallerName': 'must be at most 200 bytes of UTF-8',
      });
    });
  });

  describe('clientInfo', () => {
    const breaking = ['CR', 'LF', 'CRLF', 'NUL', 'over-long', 'empty'];
    test.each(hostileTexts)('%s: refused, or returned unchanged', (name, text) => {
      const body = { ...good, clientInfo: text };
      if (breaking.includes(name)) expect(Object.keys(v1ErrorsOf(body))).toEqual(['/clientInfo']);
      else expect(v1RequestOf(body).clientInfo).toBe(text);
    });
    test.each(wrongTypes)('refuses %s', (_name, value) => {
      expect(v1ErrorsOf({ ...good, clientInfo: value })).toEqual({
        '/clientInfo': 'must be a string: text of 1 to 500 characters, without control characters',
      });
    });
  });

  test.each([null, 'true', 1, 0, [], {}])('record refuses %j', (record) => {
    expect(v1ErrorsOf({ ...good, record })).toEqual({ '/record': 'must be true or false' });
  });

  describe.each(objects)('%s', (field) => {
    test.each([null, true, [], 'x', 1])('refuses %j', (value) => {
      expect(v1ErrorsOf({ ...good, [field]: value })).toEqual({ [`/${field}`]: 'must be an object' });
    });
  });

  test.each(['dial1', 'dial2'])('%s is required', (field) => {
    expect(v1ErrorsOf({ ...good, [field]: undefined })).toEqual({ [`/${field}`]: 'is required' });
  });

  test.each(hostileTexts.filter(([name]) => name !== 'empty' && name !== 'a space' && name !== '@' && name !== '/'))(
    'a header or variable refuses the value %s',
    (_name, text) => {
      const body = {
        ...good,
        variables: { CAMPAIGN: text },
        headers: { dial1: { 'X-A': text }, dial2: { 'X-B': text } },
      };
      expect(Object.keys(v1ErrorsOf(body)).sort()).toEqual([
        '/headers/dial1/X-A',
        '/headers/dial2/X-B',
        '/variables/CAMPAIGN',
      ]);
    },
  );

  test.each(['DB(x/y)', 'CAMPAIGN,EVIL', 'CAMPAIGN\r\nX: y', '', '__proto__', 'UNLISTED', `$\{X}`])(
    'a variable named %j is refused',
    (name) => {
      const body = JSON.parse(`{"dial1":"1001","dial2":"1002","variables":{${JSON.stringify(name)}:"x"}}`);
      expect(Object.keys(v1ErrorsOf(body))).toContain(`/variables/${name.replaceAll('/', '~1')}`);
    },
  );

  test.each(['From', 'X-A\r\nVia', 'X-Ä', '__proto__', 'X-', 'P-Asserted-Identity'])(
    'a header named %j is refused',
    (name) => {
      const body = JSON.parse(`{"dial1":"1001","dial2":"1002","headers":{"dial1":{${JSON.stringify(name)}:"x"}}}`);
      expect(Object.keys(v1ErrorsOf(body))).toEqual([`/headers/dial1/${name}`]);
    },
  );

  it('accepts 10 headers per leg and no more', () => {
    const headers = (count: number) => ({
      dial1: Object.fromEntries(Array.from({ length: count }, (_, i) => [`X-${i}`, 'v'])),
    });
    expect(v1ErrorsOf({ ...good, headers: headers(10) })).toEqual({});
    expect(v1ErrorsOf({ ...good, headers: headers(11) })).toEqual({ '/headers/dial1': 'must hold at most 10 headers' });
  });
});

describe('caller IDs', () => {
  const strict = Tenant.parse({ ...acme, callerIds: { allowed: ['27110005555', '1001'] } });

  it('may be any number of the plan if there is no list', () => {
    expect(v1RequestOf({ ...good, callerId: '+27119998888' }).callerId).toBe('27119998888');
  });

  it('must be on the list if there is one', () => {
    expect(v1RequestOf({ ...good, callerId: '0110005555' }, strict).callerId).toBe('27110005555');
    expect(v1RequestOf({ ...good, callerId: '1001' }, strict).callerId).toBe('1001');
    expect(v1ErrorsOf({ ...good, callerId: '1002' }, strict)).toEqual({
      '/callerId': 'is not a caller ID that you may show',
    });
  });

  it('is left to the PBX if neither the call nor the tenant names one', () => {
    expect(v1RequestOf(good, strict)).not.toHaveProperty('callerId');
  });
});

describe('a body with more fields than any valid one', () => {
  const many = (n: number, value: unknown = 'x') =>
    Object.fromEntries(Array.from({ length: n }, (_, i) => [`k${i}`, value]));
  /** Its fields can be counted, but reading a value throws. */
  const unread = (n: number) =>
    new Proxy(many(n), {
      get: (_target, name) => {
        throw new Error(`${String(name)} was looked at`);
      },
    });

  test.each([
    ['', { ...many(300_000), ...good }, 'holds 300002 fields; 20 may be set'],
    ['/variables', { ...good, variables: unread(300_000) }, 'holds 300000 fields; 1 may be set'],
    ['/headers', { ...good, headers: unread(300_000) }, 'holds 300000 fields; 2 may be set'],
    ['/headers/dial1', { ...good, headers: { dial1: unread(300_000) } }, 'holds 300000 fields; 10 may be set'],
    ['/headers/dial2', { ...good, headers: { dial2: unread(300_000) } }, 'holds 300000 fields; 10 may be set'],
    ['/retryPolicy', { ...good, retryPolicy: unread(300_000) }, 'holds 300000 fields; 6 may be set'],
    [
      '/retryPolicy/perDisposition',
      { ...good, retryPolicy: { perDisposition: unread(300_000) } },
      'holds 300000 fields; 6 may be set',
    ],
    [
      '/retryPolicy/perDisposition/busy',
      { ...good, retryPolicy: { perDisposition: { busy: unread(300_000) } } },
      'holds 300000 fields; 3 may be set',
    ],
    [
      '/retryPolicy/networkBudget',
      { ...good, retryPolicy: { networkBudget: unread(300_000) } },
      'holds 300000 fields; 3 may be set',
    ],
  ])('%s is counted before anything of it is looked at', (field, body, message) => {
    expect(v1ErrorsOf(body)).toEqual({ [field]: message });
  });

  it('with a few too many, each is named', () => {
    expect(Object.keys(v1ErrorsOf({ ...good, variables: many(15), headers: { dial1: many(5) } }))).toHaveLength(20);
  });
});
