import { CallRequest, Tenant } from '@redial/call';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { acme, contextOf, hostileTexts, newReference, now, wrongTypes } from '../../testing/acme.ts';
import { toCallRequest } from './to-call-request.ts';

const good = { dial1: '1001', dial2: '0820001234' };

function errorsOf(body: unknown, tenant = acme): Record<string, string> {
  const parsed = toCallRequest(body, contextOf(tenant));
  return parsed.ok ? {} : Object.fromEntries(parsed.errors.map(({ field, message }) => [field, message]));
}

function requestOf(body: unknown, tenant = acme): CallRequest {
  const parsed = toCallRequest(body, contextOf(tenant));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return parsed.request;
}

describe('a whole request', () => {
  it("takes what is not given from the tenant's defaults", () => {
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

  it('takes every field that is given', () => {
    const request = requestOf({
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

  it('names every field that is wrong, not only the first', () => {
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
    expect(Object.keys(errorsOf(body)).sort()).toEqual(
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
    expect(errorsOf(body)).toEqual({ '': body === undefined ? 'is required' : 'must be an object' });
  });

  it('is what the core takes, whatever the client wrote', () => {
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
      expect(Object.keys(errorsOf({ ...good, [field]: text }))).toEqual([`/${field}`]);
    });
    test.each(wrongTypes)('refuses %s', (_name, value) => {
      const { [`/${field}`]: message, ...others } = errorsOf({ ...good, [field]: value });
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
      expect(Object.keys(errorsOf({ ...good, [field]: value }))).toEqual([`/${field}`]);
    });
  });

  describe('dial1CallerName', () => {
    // A phone may show any letters and digits, and a few signs; of other punctuation a space is left.
    const shown = ['Arabic digits', 'full-width digits', '@', '/', '&', ',', ';', '|', 'a backslash', 'quotes'];
    test.each(hostileTexts.filter(([name]) => !shown.includes(name)))('refuses %s', (_name, text) => {
      expect(Object.keys(errorsOf({ ...good, dial1CallerName: text }))).toEqual(['/dial1CallerName']);
    });
    test.each([
      ['Doe, John', 'Doe John'],
      ['“Zoë” O´Brien 🎉', '“Zoë” O´Brien'],
      ['50% [VIP]', '50% [VIP]'],
      ['1001&PJSIP/1002', '1001 PJSIP/1002'],
      ['Doe "Jo" <jo@example.com>', 'Doe Jo jo@example.com'],
    ])('takes %s and shows %s', (written, name) => {
      expect(requestOf({ ...good, dial1CallerName: written }).dial1CallerName).toBe(name);
    });
    test.each(wrongTypes)('refuses %s', (_name, value) => {
      expect(errorsOf({ ...good, dial1CallerName: value })).toEqual({
        '/dial1CallerName': expect.stringMatching(/^must be a string/),
      });
    });
    it('refuses more than a phone’s PBX can take, in a sentence', () => {
      expect(errorsOf({ ...good, dial1CallerName: '京'.repeat(80) })).toEqual({
        '/dial1CallerName': 'must be at most 200 bytes of UTF-8',
      });
    });
  });

  describe('clientInfo', () => {
    const breaking = ['CR', 'LF', 'CRLF', 'NUL', 'over-long', 'empty'];
    test.each(hostileTexts)('%s: refused, or given back as it is', (name, text) => {
      const body = { ...good, clientInfo: text };
      if (breaking.includes(name)) expect(Object.keys(errorsOf(body))).toEqual(['/clientInfo']);
      else expect(requestOf(body).clientInfo).toBe(text);
    });
    test.each(wrongTypes)('refuses %s', (_name, value) => {
      expect(errorsOf({ ...good, clientInfo: value })).toEqual({
        '/clientInfo': 'must be a string: text of 1 to 500 characters, without control characters',
      });
    });
  });

  test.each([null, 'true', 1, 0, [], {}])('record refuses %j', (record) => {
    expect(errorsOf({ ...good, record })).toEqual({ '/record': 'must be true or false' });
  });

  describe.each(objects)('%s', (field) => {
    test.each([null, true, [], 'x', 1])('refuses %j', (value) => {
      expect(errorsOf({ ...good, [field]: value })).toEqual({ [`/${field}`]: 'must be an object' });
    });
  });

  test.each(['dial1', 'dial2'])('%s is required', (field) => {
    expect(errorsOf({ ...good, [field]: undefined })).toEqual({ [`/${field}`]: 'is required' });
  });

  test.each(hostileTexts.filter(([name]) => name !== 'empty' && name !== 'a space' && name !== '@' && name !== '/'))(
    'a header or variable refuses the value %s',
    (_name, text) => {
      const body = {
        ...good,
        variables: { CAMPAIGN: text },
        headers: { dial1: { 'X-A': text }, dial2: { 'X-B': text } },
      };
      expect(Object.keys(errorsOf(body)).sort()).toEqual([
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
      expect(Object.keys(errorsOf(body))).toContain(`/variables/${name.replaceAll('/', '~1')}`);
    },
  );

  test.each(['From', 'X-A\r\nVia', 'X-Ä', '__proto__', 'X-', 'P-Asserted-Identity'])(
    'a header named %j is refused',
    (name) => {
      const body = JSON.parse(`{"dial1":"1001","dial2":"1002","headers":{"dial1":{${JSON.stringify(name)}:"x"}}}`);
      expect(Object.keys(errorsOf(body))).toEqual([`/headers/dial1/${name}`]);
    },
  );

  it('takes 10 headers a leg and no more', () => {
    const headers = (count: number) => ({
      dial1: Object.fromEntries(Array.from({ length: count }, (_, i) => [`X-${i}`, 'v'])),
    });
    expect(errorsOf({ ...good, headers: headers(10) })).toEqual({});
    expect(errorsOf({ ...good, headers: headers(11) })).toEqual({ '/headers/dial1': 'must hold at most 10 headers' });
  });
});

describe('destinations', () => {
  test.each([
    ['an extension by pattern', '1999', { kind: 'extension', extension: '1999' }],
    ['an extension by name', '30000', { kind: 'extension', extension: '30000' }],
    ['a national number', '0820001234', { kind: 'number', e164: '27820001234', trunk: 'carrier' }],
    ["the country's own digits", '27820001234', { kind: 'number', e164: '27820001234', trunk: 'carrier' }],
    ['an international number', '004930123456', { kind: 'number', e164: '4930123456', trunk: 'carrier' }],
    ['E.164 with +', '+4930123456', { kind: 'number', e164: '4930123456', trunk: 'carrier' }],
  ])('%s', (_name, written, destination) => {
    expect(requestOf({ ...good, dial2: written }).dial2).toEqual(destination);
  });

  test.each([
    ['a ring group', '*601', 'sales'],
    ['a queue', '600', 'support'],
    ['a message', '#71', 'welcome'],
  ])('%s by its dial code, on either side', (_name, written, service) => {
    expect(requestOf({ ...good, dial1: written }).dial1).toEqual({ kind: 'service', service });
    expect(requestOf({ ...good, dial2: written }).dial2).toEqual({ kind: 'service', service });
  });

  it('a message plays to a person, not to another message', () => {
    expect(requestOf({ ...good, dial1: '#71' }).dial1).toEqual({ kind: 'service', service: 'welcome' });
    expect(errorsOf({ dial1: '#71', dial2: '#71' })).toEqual({ '/dial2': 'is a message, and so is dial1' });
  });

  test.each(['*602', '601', '#', '9', '****'])('%s is nobody’s dial code', (written) => {
    expect(errorsOf({ ...good, dial2: written })).toEqual({
      '/dial2':
        'is neither an extension of yours nor a number in a known form: 0711234567 or +27711234567, abroad + and the country code',
    });
  });

  test.each(['*60100000', '+*601', '*601+', '0*1 ', 'sales', '*6o1', '+', '+1'])(
    '%s is no way to write one',
    (written) => {
      expect(errorsOf({ ...good, dial2: written })).toEqual({
        '/dial2':
          'must be digits, with a + in front where it is international, or a dial code of 1 to 8 digits, * and #, such as 0711234567 or +27711234567',
      });
    },
  );

  test.each(['*601', '#71'])('a dial code such as %s is no caller ID', (callerId) => {
    expect(Object.keys(errorsOf({ ...good, callerId, dial1CallerId: callerId })).sort()).toEqual([
      '/callerId',
      '/dial1CallerId',
    ]);
  });

  test.each(['2001', '082000123', '08200012345', '4930123456', '+0123456789', '00'])('%s is neither', (written) => {
    expect(errorsOf({ ...good, dial2: written })).toEqual({
      '/dial2':
        'is neither an extension of yours nor a number in a known form: 0711234567 or +27711234567, abroad + and the country code',
    });
  });

  it('needs a trunk for an outside number', () => {
    const without = Tenant.parse({ ...acme, trunks: [] });
    expect(errorsOf(good, without)).toEqual({ '/dial2': 'is an outside number, and you have no trunk' });
    expect(errorsOf({ dial1: '1001', dial2: '1002' }, without)).toEqual({});
  });
});

describe('dial1 by a context of the PBX', () => {
  const routed = (dial1: string, more: Readonly<Record<string, unknown>> = {}) => ({
    dial1,
    dial2: '1002',
    dial1Context: 'main_routing',
    ...more,
  });
  const context = 'main_routing';

  test.each([
    ['digits of its own', '7001', { kind: 'context', context, exten: '7001' }],
    ['one digit', '7', { kind: 'context', context, exten: '7' }],
    ['an extension', '1001', { kind: 'context', context, exten: '1001' }],
    ['digits that are somebody’s dial code elsewhere', '600', { kind: 'context', context, exten: '600' }],
    ['a number', '0820001234', { kind: 'context', context, exten: '0820001234', e164: '27820001234' }],
    ['an international number', '+4930123456', { kind: 'context', context, exten: '004930123456', e164: '4930123456' }],
  ])('%s', (_name, dial1, destination) => {
    expect(requestOf(routed(dial1)).dial1).toEqual(destination);
  });

  it('needs no trunk: the context has ways of its own', () => {
    const without = Tenant.parse({ ...acme, trunks: [] });
    expect(requestOf(routed('0820001234'), without).dial1).toMatchObject({ e164: '27820001234' });
  });

  it('routes dial1 alone', () => {
    expect(requestOf(routed('7001', { dial2: '0820001234' })).dial2).toEqual({
      kind: 'number',
      e164: '27820001234',
      trunk: 'carrier',
    });
  });

  test.each([
    [
      'a context of somebody else',
      routed('7001', { dial1Context: 'default' }),
      { '/dial1Context': 'is not a context of yours: there is main_routing' },
    ],
    ['a dial code', routed('*601'), { '/dial1': 'must be 1 to 20 digits: a context routes it' }],
    [
      'a + before what is no number',
      routed('+12'),
      { '/dial1': 'is not a number in a known form: 0711234567 or +27711234567, abroad + and the country code' },
    ],
  ])('refuses %s', (_name, body, errors) => {
    expect(errorsOf(body)).toEqual(errors);
  });
});

describe('recording', () => {
  const tenants = Object.fromEntries(
    [undefined, 'none', 'outside', 'all'].map((recording) => [String(recording), Tenant.parse({ ...acme, recording })]),
  ) as Record<'undefined' | 'none' | 'outside' | 'all', Tenant>;
  const outside = good;
  const inside = { dial1: '1001', dial2: '1002' };
  const under = { under: '1001' };
  const noTrue = { '/record': 'must not be true: you record nothing' };
  const noFalse = { '/record': 'must not be false: you record such calls' };

  /** Tenant's rule, sides, the call's wish → recorded under whom, or the error. */
  test.each([
    ['undefined', outside, undefined, undefined],
    ['undefined', outside, true, under],
    ['undefined', inside, true, under],
    ['undefined', outside, false, undefined],
    ['none', outside, undefined, undefined],
    ['none', outside, true, noTrue],
    ['none', outside, false, undefined],
    ['outside', outside, undefined, under],
    ['outside', inside, undefined, undefined],
    ['outside', inside, true, under],
    ['outside', inside, false, undefined],
    ['outside', outside, true, under],
    ['outside', outside, false, noFalse],
    ['all', inside, undefined, under],
    ['all', inside, true, under],
    ['all', inside, false, noFalse],
  ] as const)('rule %s, %j, record %s: %j', (rule, sides, record, expected) => {
    const body = { ...sides, ...(record !== undefined && { record }) };
    if (expected !== undefined && '/record' in expected) expect(errorsOf(body, tenants[rule])).toEqual(expected);
    else expect(requestOf(body, tenants[rule]).recording).toEqual(expected);
  });

  it('is under the agent, whichever side it is on; under the service that takes its place; else under who rings first', () => {
    const recordingOf = (dial1: string, dial2: string) => requestOf({ dial1, dial2, record: true }).recording;
    expect(recordingOf('0820001234', '1001')).toEqual({ under: '1001' });
    expect(recordingOf('0820001234', '600')).toEqual({ under: 'support' });
    expect(recordingOf('0820001234', '0820005678')).toEqual({ under: '27820001234' });
  });
});

describe('caller IDs', () => {
  const strict = Tenant.parse({ ...acme, callerIds: { allowed: ['27110005555', '1001'] } });

  it('may be any number of the plan where no list narrows it', () => {
    expect(requestOf({ ...good, callerId: '+27119998888' }).callerId).toBe('27119998888');
  });

  it('must be on the list where there is one', () => {
    expect(requestOf({ ...good, callerId: '0110005555' }, strict).callerId).toBe('27110005555');
    expect(requestOf({ ...good, callerId: '1001' }, strict).callerId).toBe('1001');
    expect(errorsOf({ ...good, callerId: '1002' }, strict)).toEqual({
      '/callerId': 'is not a caller ID that you may show',
    });
  });

  it('is left to the PBX where neither the call nor the tenant names one', () => {
    expect(requestOf(good, strict)).not.toHaveProperty('callerId');
  });
});

describe('times', () => {
  test.each([
    ['RFC 3339', '2026-01-15T12:30:00+02:00', Date.UTC(2026, 0, 15, 10, 30)],
    ['RFC 3339 in UTC', '2026-01-15T10:30:00Z', Date.UTC(2026, 0, 15, 10, 30)],
    ["a local time in the tenant's zone", '202601151230', Date.UTC(2026, 0, 15, 10, 30)],
    ['this very minute', '202601151200', Date.UTC(2026, 0, 15, 10)],
    ['a clock that runs a little behind', '2026-01-15T09:59:30Z', Date.UTC(2026, 0, 15, 9, 59, 30)],
  ])('notBefore takes %s', (_name, notBefore, at) => {
    expect(requestOf({ ...good, notBefore }).notBeforeAt).toBe(at);
  });

  test.each([
    ['the past', '2026-01-15T09:58:00Z', 'is in the past'],
    ['a local time in the past', '202601151158', 'is in the past'],
    ['far ahead', '2027-01-18T00:00:00Z', 'is more than 366 days ahead'],
    [
      'a day that does not exist',
      '2026-02-30T10:00:00Z',
      'is not a date and time of the calendar: write RFC 3339 with an offset, like 2026-03-29T09:00:00+02:00, or YYYYMMDDhhmm in your time zone, like 202603290900',
    ],
    [
      'a local day that does not exist',
      '202602301000',
      'is not a date and time of the calendar: write RFC 3339 with an offset, like 2026-03-29T09:00:00+02:00, or YYYYMMDDhhmm in your time zone, like 202603290900',
    ],
    [
      'a time without an offset',
      '2026-01-16T10:00:00',
      'is not a date and time of the calendar: write RFC 3339 with an offset, like 2026-03-29T09:00:00+02:00, or YYYYMMDDhhmm in your time zone, like 202603290900',
    ],
  ])('notBefore refuses %s', (_name, notBefore, message) => {
    expect(errorsOf({ ...good, notBefore })).toEqual({ '/notBefore': message });
  });

  it('expiresAt must lie ahead, and behind notBefore', () => {
    expect(errorsOf({ ...good, expiresAt: new Date(now).toISOString() })).toEqual({ '/expiresAt': 'is in the past' });
    expect(errorsOf({ ...good, notBefore: '202601161000', expiresAt: '202601161000' })).toEqual({
      '/expiresAt': 'must be later than notBefore',
    });
  });

  it('a local time that a zone skips in spring is the first after the gap', () => {
    const berlin = Tenant.parse({ ...acme, timeZone: 'Europe/Berlin' });
    expect(requestOf({ ...good, notBefore: '202603290230' }, berlin).notBeforeAt).toBe(Date.UTC(2026, 2, 29, 1));
  });
});

describe('the retry policy', () => {
  test.each([
    [{ maxRetries: 101 }, '/retryPolicy/maxRetries', 'must be a whole number from 0 to 100'],
    [{ maxRetries: -1 }, '/retryPolicy/maxRetries', 'must be a whole number from 0 to 100'],
    [{ delaySeconds: 2_592_001 }, '/retryPolicy/delaySeconds', 'must be a whole number from 0 to 2592000'],
    [{ until: 'never' }, '/retryPolicy/until', 'must be one of connected, dial1_answered'],
    [{ retryUnknown: 'yes' }, '/retryPolicy/retryUnknown', 'must be true or false'],
    [
      { perDisposition: { congestion: {} } },
      '/retryPolicy/perDisposition/congestion',
      'is not a known field: there are no_answer, busy, rejected, unreachable, machine, dial1_hung_up',
    ],
    [
      { perDisposition: { busy: { backoff: 'wild' } } },
      '/retryPolicy/perDisposition/busy/backoff',
      'must be one of fixed, linear, exponential',
    ],
    [
      { networkBudget: { windowSeconds: 86_401 } },
      '/retryPolicy/networkBudget/windowSeconds',
      'must be a whole number from 0 to 86400',
    ],
    [{ tries: 1 }, '/retryPolicy/tries', 'is not a known field'],
  ])('%j', (retryPolicy, field, message) => {
    expect(errorsOf({ ...good, retryPolicy })).toEqual({ [field]: message });
  });

  it('changes what it names, at every depth, and leaves the rest', () => {
    const { retryPolicy } = requestOf({
      ...good,
      retryPolicy: { networkBudget: { maxRetries: 1 }, until: 'dial1_answered' },
    });
    expect(retryPolicy).toEqual({
      ...acme.defaults.retryPolicy,
      until: 'dial1_answered',
      networkBudget: { ...acme.defaults.retryPolicy.networkBudget, maxRetries: 1 },
    });
  });
});

describe('a body that holds more than could be right', () => {
  const many = (n: number, value: unknown = 'x') =>
    Object.fromEntries(Array.from({ length: n }, (_, i) => [`k${i}`, value]));
  /** Its fields can be counted, and no value can be looked at. */
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
    expect(errorsOf(body)).toEqual({ [field]: message });
  });

  it('of a few too many, each is named', () => {
    expect(Object.keys(errorsOf({ ...good, variables: many(15), headers: { dial1: many(5) } }))).toHaveLength(20);
  });
});
