import { describe, expect, it, test } from 'vitest';
import { hostileTexts, newReference } from '../../testing/acme.ts';
import {
  accepted,
  ask,
  call,
  errorsOf,
  type Fields,
  later,
  requestOf,
  settings,
  tenantWith,
} from '../../testing/dialup.ts';

const future = { ...call, ...later };

it('is due at its time in the tenant’s zone, retried as it states, and known by its ident', () => {
  const { calls, reserves, waits } = accepted(future);
  expect(calls).toMatchObject([
    {
      reference: 'order-77',
      request: {
        notBeforeAt: Date.UTC(2026, 0, 20, 8, 30),
        reference: 'order-77',
        retryPolicy: { maxRetries: 3, delaySeconds: 90, perDisposition: {}, until: 'connected' },
        priority: 5,
      },
    },
  ]);
  expect([reserves, waits]).toEqual(['open_reference', undefined]);
});

it('shares its ident among several numbers', () => {
  const { calls, reserves } = accepted({ ...future, dial1: '27820001111,27820002222', dial2: '*71' });
  expect(calls.map(({ reference }) => reference)).toEqual(['order-77', 'order-77']);
  expect(reserves).toBe('open_reference');
});

it('is answered at once, for any value of Response', () => {
  const { waits, calls } = accepted({ ...future, Response: 'yes', showUID: 'yes' });
  expect(waits).toBeUndefined();
  expect(calls[0]?.request).not.toHaveProperty('outcomeAwaited');
  expect(calls[0]?.request).not.toHaveProperty('expiresAt');
});

it('leaves faults of the network to the tenant’s budget', () => {
  const networkBudget = { maxRetries: 7, windowSeconds: 70, delaySeconds: 7 };
  const tenant = tenantWith({
    defaults: { retryPolicy: { maxRetries: 1, delaySeconds: 1, networkBudget, retryUnknown: true } },
  });
  expect(requestOf(future, tenant).retryPolicy).toMatchObject({ maxRetries: 3, networkBudget, retryUnknown: true });
});

describe('all four or none', () => {
  const names = ['Date', 'Maxretry', 'Retrytime', 'ident'] as const;
  const subsets = Array.from({ length: 16 }, (_, bits) => names.filter((_name, n) => (bits >> n) & 1));

  test.each(subsets.map((given) => [given.join(', ') || 'none', given] as const))('given %s', (_list, given) => {
    const fields: Fields = { ...call, ...Object.fromEntries(given.map((name) => [name, later[name]])) };
    const missing = given.length === 0 ? [] : names.filter((name) => !given.includes(name));
    expect(errorsOf(fields)).toEqual(missing.map((name) => `${name}: is required for a future call`));
  });

  it('counts an empty one as absent', () => {
    expect(errorsOf({ ...future, ident: '' })).toEqual(['ident: is required for a future call']);
    expect(accepted({ ...call, Date: '', Maxretry: '', Retrytime: '', ident: '' }).reserves).toBeUndefined();
  });
});

describe('Date', () => {
  const form = 'YYYYMMDDhhmm in your time zone, like 202603290900';
  test.each([
    ['the minute that has begun', '202601151200', Date.UTC(2026, 0, 15, 10, 0)],
    ['a minute ago: clocks run apart', '202601151159', Date.UTC(2026, 0, 15, 9, 59)],
    ['366 days ahead', '202701161200', Date.UTC(2027, 0, 16, 10, 0)],
  ])('%s', (_what, written, at) => {
    expect(requestOf({ ...future, Date: written }).notBeforeAt).toBe(at);
  });

  test.each([
    ['two minutes ago', '202601151158', 'is in the past'],
    ['last year', '202501151200', 'is in the past'],
    ['more than 366 days ahead', '202701161201', 'is more than 366 days ahead'],
    ['month 13', '202613011200', `is not a date and time of the calendar: write ${form}`],
    ['30 February', '202602301200', `is not a date and time of the calendar: write ${form}`],
    ['hour 24', '202601202400', `is not a date and time of the calendar: write ${form}`],
    ['minute 60', '202601201060', `is not a date and time of the calendar: write ${form}`],
    ['seconds too', '20260120103000', `must be ${form}`],
    ['no minutes', '2026012010', `must be ${form}`],
    ['ISO 8601', '2026-01-20T10:30:00+02:00', `must be ${form}`],
  ])('%s', (_what, written, message) => {
    expect(errorsOf({ ...future, Date: written })).toEqual([`Date: ${message}`]);
  });

  it('that has passed may belong to a call that is still open, if nothing else is wrong', () => {
    const passed = { ...future, Date: '202601151158' };
    const repeats = [{ reference: 'order-77', request: { notBeforeAt: Date.UTC(2026, 0, 15, 9, 58) } }];
    expect(ask(passed)).toMatchObject({ ok: false, repeats });
    expect(ask({ ...passed, Response: 'yes' })).toMatchObject({ ok: false, repeats });
  });
  test.each<[string, Fields]>([
    ['dial1', { dial1: 'x' }],
    ['Maxretry', { Maxretry: '101' }],
    ['ident', { ident: 'a b' }],
    ['Date itself', { Date: '202602301200' }],
    ['a parameter that there is not', { nonsense: '1' }],
  ])('that has passed, or is wrong, repeats nothing where there is a fault of %s', (_what, change) => {
    expect(ask({ ...future, Date: '202601151158', ...change })).not.toHaveProperty('repeats');
  });

  describe('a change of clocks', () => {
    const jerusalem = tenantWith({ timeZone: 'Asia/Jerusalem' });
    test.each([
      ['the minute before the gap', '202603270159', '2026-03-26T23:59:00.000Z'],
      ['the gap’s first minute: the first instant after it', '202603270200', '2026-03-27T00:00:00.000Z'],
      ['inside the gap: the first instant after it', '202603270230', '2026-03-27T00:00:00.000Z'],
      ['the first minute after it', '202603270300', '2026-03-27T00:00:00.000Z'],
      ['the minute before the hour that comes twice', '202610250059', '2026-10-24T21:59:00.000Z'],
      ['in the hour that comes twice: the earlier', '202610250130', '2026-10-24T22:30:00.000Z'],
      ['after it', '202610250200', '2026-10-25T00:00:00.000Z'],
    ])('%s', (_what, written, instant) => {
      const { notBeforeAt = 0 } = requestOf({ ...future, Date: written }, jerusalem);
      expect(new Date(notBeforeAt).toISOString()).toBe(instant);
    });
  });
});

describe('Maxretry', () => {
  test.each(['0', '1', '100', '007'])('%s', (Maxretry) => {
    expect(requestOf({ ...future, Maxretry }).retryPolicy.maxRetries).toBe(Number(Maxretry));
  });
  test.each(['101', '-1', '1.5', '1e1', '0x1', ' 1', '+1', '٣', 'three', '9'.repeat(400)])('not %s', (Maxretry) => {
    expect(errorsOf({ ...future, Maxretry })).toEqual(['Maxretry: must be a whole number, 0 to 100']);
  });
});

describe('Retrytime', () => {
  const inMinutes = tenantWith({ dialects: { dialup: settings({ retrytimeUnit: 'minutes' }) } });
  test.each([
    ['0', 0, 0],
    ['90', 90, 5_400],
    ['43200', 43_200, 2_592_000],
  ])('%s is %i seconds, or for the tenant who counts in minutes %i', (Retrytime, inSeconds, minutes) => {
    expect(requestOf({ ...future, Retrytime }).retryPolicy.delaySeconds).toBe(inSeconds);
    expect(requestOf({ ...future, Retrytime }, inMinutes).retryPolicy.delaySeconds).toBe(minutes);
  });
  test.each(['2592001', '-1', '1.5', '1m', ''])('not %s', (Retrytime) => {
    expect(errorsOf({ ...future, Retrytime })).toEqual([
      Retrytime === ''
        ? 'Retrytime: is required for a future call'
        : 'Retrytime: must be a whole number, 0 to 2592000 seconds',
    ]);
  });
  it('is at most 30 days in minutes too', () => {
    expect(errorsOf({ ...future, Retrytime: '43201' }, inMinutes)).toEqual([
      'Retrytime: must be a whole number, 0 to 43200 minutes',
    ]);
  });
});

it('is tried until dial1 has answered, if the tenant’s setting states it', () => {
  const tenant = tenantWith({ dialects: { dialup: settings({ until: 'dial1_answered' }) } });
  expect(requestOf(future, tenant).retryPolicy.until).toBe('dial1_answered');
});

describe('ident', () => {
  test.each(['1', 'a.b-c_d~e:f', 'x'.repeat(230), newReference])('%s', (ident) => {
    expect(requestOf({ ...future, ident }).reference).toBe(ident);
  });
  test.each(['a b', 'a/b', 'é', 'x'.repeat(231)])('not %s', (ident) => {
    expect(errorsOf({ ...future, ident })).toEqual([
      'ident: must be letters, digits and .-_~:, 230 at most, such as order-7',
    ]);
  });
});

describe('an ident of the organisation', () => {
  const tenant = tenantWith({ dialects: { dialup: settings({ ident: 'organization' }) } });
  it('reserves nothing, and is every call’s reference', () => {
    const { calls, reserves } = accepted({ ...future, dial1: '27820001111,27820002222', dial2: '*71' }, tenant);
    expect([calls.map(({ reference }) => reference), reserves]).toEqual([['order-77', 'order-77'], undefined]);
  });
  it('may be sent with a call for now, and must be valid', () => {
    expect(accepted({ ...call, ident: 'acme' }, tenant).calls).toMatchObject([{ reference: 'acme' }]);
    expect(errorsOf({ ...call, ident: 'a b' }, tenant)).toEqual([
      'ident: must be letters, digits and .-_~:, 230 at most, such as order-7',
    ]);
  });
  it('repeats nothing', () => {
    expect(ask({ ...future, Date: '202601151158' }, tenant)).not.toHaveProperty('repeats');
  });
});

describe.each(['Date', 'Maxretry', 'Retrytime', 'ident'] as const)('%s', (name) => {
  test.each(hostileTexts)('of %s is reported, and the error repeats nothing of it', (_name, text) => {
    const [error, ...more] = errorsOf({ ...future, [name]: text });
    expect(error).toMatch(new RegExp(`^${name}: [a-zA-Z0-9 ,.~:_-]+$`));
    expect(more).toEqual([]);
  });
});
