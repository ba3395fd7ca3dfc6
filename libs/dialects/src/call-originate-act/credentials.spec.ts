import type { Tenant } from '@redial/call';
import { expect, it, test } from 'vitest';
import { acme } from '../../testing/acme.ts';
import { actTenant, tenantWith, vendorAccount } from '../../testing/act.ts';
import { authenticate, shortSecretsOf } from './credentials.ts';

/** The headers of the vendor's samples. */
const sampleHeaders: Readonly<Record<string, string>> = {
  'x-apikey': 'vZKtIKWsld0egNlkzHo8i5LVBqLNBSWARCQsPOSgDjFmAHM3tG',
  authorization: 'Basic dGVzdDpBYTEyMzQ1Ng==',
};

const other = tenantWith({ id: 'other' }, { username: 'else', password: 'Gängster 7:x', apiKey: 'another-key' });

function asked(headers: Readonly<Record<string, string>>, tenants: readonly Tenant[] = [acme, other, actTenant]) {
  const answer = authenticate({ header: (name) => headers[name.toLowerCase()] }, tenants);
  return answer.ok ? answer.tenant.id : `${answer.problem.code} ${answer.problem.detail ?? ''}`.trim();
}

const basic = (login: string) => `Basic ${Buffer.from(login).toString('base64')}`;

it("knows the tenant by the credentials of the vendor's samples", () => {
  expect(asked(sampleHeaders)).toBe('acme');
});

it('knows a password with a colon and with letters of any script', () => {
  expect(asked({ 'x-apikey': 'another-key', authorization: basic('else:Gängster 7:x') })).toBe('other');
});

it.each([
  ['password', { username: 'else', password: '1234567', apiKey: 'another-key' }],
  ['apiKey', { username: 'else', password: '12345678', apiKey: '1234567' }],
] as const)('refuses every login with a short %s', (field, login) => {
  const short = tenantWith({ id: 'short' }, login);
  const headers = { 'x-apikey': login.apiKey, authorization: basic(`${login.username}:${login.password}`) };
  expect(asked(headers, [short])).toBe('unauthenticated');
  expect(shortSecretsOf(short)).toEqual([field]);
});

test.each([
  ['nothing', {}],
  ['no key', { 'x-apikey': '' }],
  ['a wrong key', { 'x-apikey': `${vendorAccount.apiKey}x` }],
  ['a key in another case', { 'x-apikey': vendorAccount.apiKey.toLowerCase() }],
  ['no login', { authorization: '' }],
  ['a wrong user', { authorization: basic('Test:Aa123456') }],
  ['a wrong password', { authorization: basic('test:Aa12345') }],
  ['a login without a password', { authorization: basic('test') }],
  ['another scheme', { authorization: 'Bearer dGVzdDpBYTEyMzQ1Ng==' }],
  ['a login that is no base64', { authorization: 'Basic test:Aa123456' }],
  ['an endless login', { authorization: `Basic ${'A'.repeat(50_000)}` }],
])('%s is no tenant, and the answer is the same', (name, headers) => {
  const sent = name === 'nothing' ? {} : { ...sampleHeaders, ...headers };
  const { account, ...reported } = authenticate({ header: (one) => sent[one as keyof typeof sent] }, [actTenant]);
  expect(account).toBe(/key|password/.test(name) ? 'test' : undefined);
  expect(reported).toEqual({
    ok: false,
    problem: {
      code: 'unauthenticated',
      headers: { 'WWW-Authenticate': 'Basic realm="call/originate/act", charset="UTF-8"' },
    },
  });
});

it('refuses the key of one tenant with the login of another as wrong: the client does not learn that either is right', () => {
  expect(asked({ ...sampleHeaders, 'x-apikey': 'another-key' })).toBe('unauthenticated');
});

it('accepts no credentials that two tenants share', () => {
  expect(asked(sampleHeaders, [actTenant, tenantWith({ id: 'twin' })])).toBe('unauthenticated');
});

it('distinguishes two tenants with one login by their keys', () => {
  const twin = tenantWith({ id: 'twin' }, { apiKey: 'its-own-key' });
  expect(asked({ ...sampleHeaders, 'x-apikey': 'its-own-key' }, [actTenant, twin])).toBe('twin');
});
