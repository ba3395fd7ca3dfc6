import { expect, it, test } from 'vitest';
import { vendorAccount } from '../../testing/act.ts';
import { ActSettings } from './settings.ts';

const least = { ...vendorAccount, contexts: {} };

it('needs both credentials and the contexts, and no more', () => {
  expect(ActSettings.parse(least)).toEqual({ ...least, trunks: {} });
});

it('returns its own result unchanged', () => {
  const whole = {
    ...least,
    ipAllowList: ['10.1.4.20', '10.1.5.0/28', '2001:db8::/32'],
    contexts: { main_routing: {}, خروجی: { trunk: 'carrier' }, office: { routes: 'dialplan' } },
    trunks: { 'SIP trunk 1': 'carrier' },
  };
  expect(ActSettings.parse(ActSettings.parse(whole))).toEqual(whole);
});

test.each([
  ['no user', { username: undefined }],
  ['a user with a colon, which Basic cannot carry', { username: 'a:b' }],
  ['an empty password', { password: '' }],
  ['a key with a space', { apiKey: 'a b' }],
  ['an empty ipAllowList, which would allow no client', { ipAllowList: [] }],
  ['a ipAllowList that is no address', { ipAllowList: ['localhost'] }],
  ['a network that is none', { ipAllowList: ['10.1.0.0/33'] }],
  ['no contexts', { contexts: undefined }],
  ['a context of the dialplan with a trunk', { contexts: { office: { routes: 'dialplan', trunk: 'carrier' } } }],
  ['a context of the dialplan by a name that Asterisk must not see', { contexts: { 'a,b': { routes: 'dialplan' } } }],
  ['a name with a line break', { trunks: { 'a\nb': 'carrier' } }],
  ['a setting that there is not', { password2: 'x' }],
])('refuses %s', (_name, change) => {
  expect(ActSettings.safeParse({ ...least, ...change }).success).toBe(false);
});
