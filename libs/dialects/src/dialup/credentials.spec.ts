import { createHash, timingSafeEqual } from 'node:crypto';
import { beforeEach, describe, expect, it, test, vi } from 'vitest';
import { acme } from '../../testing/acme.ts';
import { type Fields, inQuery, secret, settings, tenantWith } from '../../testing/dialup.ts';
import type { Authenticated } from '../dialect.ts';
import { authenticate, shortSecretsOf } from './credentials.ts';
import { DialupSettings } from './settings.ts';

vi.mock('node:crypto', async (original) => {
  const crypto = await original<typeof import('node:crypto')>();
  return { ...crypto, createHash: vi.fn(crypto.createHash), timingSafeEqual: vi.fn(crypto.timingSafeEqual) };
});

const north = tenantWith({ id: 'north', dialects: { dialup: settings({ org: 'north' }) } });
const south = tenantWith({ id: 'south', dialects: { dialup: settings({ org: 'south', password: 'other-one' }) } });
const tenants = [acme, north, south];
const right = { user: 'crm', pass: secret, org: 'north' };

const asked = (fields: Fields, among = tenants) => withoutAccount(authenticate({ input: inQuery(fields) }, among));

/** Without `account`, which limits guesses and reaches no client. */
function withoutAccount({ account: _account, ...reported }: Authenticated) {
  return reported;
}

it('knows a tenant by all three', () => {
  expect(asked(right)).toEqual({ ok: true, tenant: north });
  expect(asked({ ...right, org: 'south', pass: 'other-one' })).toEqual({ ok: true, tenant: south });
});

it('knows them in a form, with their names in any case', () => {
  const body = new URLSearchParams({ USER: 'crm', Pass: secret, oRG: 'north', dial1: '1001' }).toString();
  const input = { contentType: 'application/x-www-form-urlencoded', query: '', body };
  expect(withoutAccount(authenticate({ input }, tenants))).toEqual({ ok: true, tenant: north });
});

it('refuses every login with a password that is shorter than eight characters', () => {
  const short = tenantWith({ id: 'short', dialects: { dialup: settings({ org: 'short', password: '1234567' }) } });
  const answer = asked({ ...right, org: 'short', pass: '1234567' }, [short]);
  expect(answer).toMatchObject({ ok: false, problem: { code: 'unauthenticated' } });
  expect(shortSecretsOf(short)).toEqual(['password']);
  expect(shortSecretsOf(north)).toEqual([]);
});

const strangers: readonly (readonly [string, Fields])[] = [
  ['a wrong user', { ...right, user: 'nobody' }],
  ['a wrong password', { ...right, pass: 'wrong' }],
  ['a wrong organisation', { ...right, org: 'nowhere' }],
  ['another tenant’s organisation', { ...right, org: 'south' }],
  ['another case', { ...right, user: 'CRM' }],
  ['a space more', { ...right, pass: `${secret} ` }],
  ['a part of it', { ...right, pass: secret.slice(0, -1) }],
  ['texts that run together', { ...right, user: 'crm","', pass: secret }],
  ['no password', { user: 'crm', org: 'north' }],
  ['empty ones', { user: '', pass: '', org: '' }],
  ['none at all', {}],
  ['a very long one', { ...right, pass: 'x'.repeat(100_000) }],
];

describe('wrong credentials', () => {
  beforeEach(() => vi.clearAllMocks());

  test.each(strangers)('by %s, gets one and the same answer', (_how, fields) => {
    expect(asked(fields)).toEqual({
      ok: false,
      problem: { code: 'unauthenticated', detail: 'user, pass or org is wrong.' },
    });
  });

  test.each([['nothing wrong', right] as const, ...strangers])(
    'with %s: one digest, one whole comparison with each tenant',
    (_how, fields) => {
      asked(fields);
      expect(createHash).toHaveBeenCalledTimes(1);
      expect(timingSafeEqual).toHaveBeenCalledTimes(2);
      for (const [own, given] of vi.mocked(timingSafeEqual).mock.calls)
        expect([own.byteLength, given.byteLength]).toEqual([32, 32]);
    },
  );
});

test.each([
  ['right', right, 'crm'],
  ['wrong', { ...right, pass: 'wrong' }, 'crm'],
  ['nobody’s', { ...right, user: 'nobody' }, undefined],
  ['no', {}, undefined],
])('%s credentials name the account, if there is one', (_name, fields, account) => {
  expect(authenticate({ input: inQuery(fields) }, tenants).account).toBe(account);
});

it('accepts no credentials that two tenants share', () => {
  const twin = tenantWith({ id: 'twin', dialects: { dialup: settings({ org: 'north' }) } });
  expect(asked(right, [...tenants, twin])).toMatchObject({ ok: false, problem: { code: 'unauthenticated' } });
});

it('accepts no credentials if no tenant has the dialect', () => {
  expect(asked(right, [acme])).toMatchObject({ ok: false });
});

it('reports credentials that come twice, whether right or wrong', () => {
  for (const pass of [secret, 'wrong']) {
    const query = new URLSearchParams([...Object.entries({ ...right, pass }), ['PASS', secret]]).toString();
    expect(authenticate({ input: { contentType: '', query, body: '' } }, tenants)).toEqual({
      ok: false,
      problem: { code: 'invalid_request', errors: [{ field: 'pass', message: 'comes more than once' }] },
    });
  }
});

describe('settings', () => {
  it('have the defaults of the vendor’s page', () => {
    expect(DialupSettings.parse(settings({}))).toEqual({
      ...settings({}),
      retrytimeUnit: 'seconds',
      ident: 'call',
      until: 'connected',
      waitSeconds: 15,
    });
  });

  test.each([
    ['user', ''],
    ['password', ''],
    ['org', undefined],
    ['retrytimeUnit', 'hours'],
    ['until', 'answered'],
    ['waitSeconds', 0],
    ['waitSeconds', 121],
    ['unknown', 1],
  ])('%s: %j is refused at start', (name, value) => {
    expect(DialupSettings.safeParse(settings({ [name]: value })).success).toBe(false);
  });
});
