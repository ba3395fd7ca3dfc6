import type { Tenant } from '@redial/call';
import { basicLoginOf, digestOf, isSameDigest, userOfLogin } from '@redial/platform/credentials';
import type { Authenticated, AuthenticationRequest } from '../dialect.ts';
import { onlyTenant } from '../shared/only-tenant.ts';
import { problem } from '../shared/problem.ts';
import { shortSecrets } from '../shared/short-secrets.ts';
import { actSettings } from './settings.ts';

/**
 * `X-APIKEY` and `Authorization: Basic` → the one tenant that has both. One tenant's login with the key of another is
 * answered as wrong: "denied" would confirm a guessed login to a client that holds any key.
 */
export function authenticate(
  { header }: Pick<AuthenticationRequest, 'header'>,
  tenants: readonly Tenant[],
): Authenticated {
  const login = basicLoginOf(header('authorization'));
  const loginDigest = digestOf(login ?? '');
  const keyDigest = digestOf(header('x-apikey') ?? '');
  const tenant = onlyTenant(tenants, (each) => {
    const expected = digestsOf(each);
    if (expected === undefined) return false;
    const hasLogin = isSameDigest(expected.login, loginDigest);
    const hasKey = isSameDigest(expected.apiKey, keyDigest);
    return hasLogin && hasKey && shortSecretsOf(each).length === 0;
  });
  const user = userOfLogin(login);
  const account = tenants.some((each) => actSettings(each)?.username === user) ? user : undefined;
  return tenant === undefined ? { ok: false, account, problem: unauthenticated } : { ok: true, account, tenant };
}

export function shortSecretsOf(tenant: Tenant): readonly string[] {
  const settings = actSettings(tenant);
  return settings === undefined ? [] : shortSecrets({ password: settings.password, apiKey: settings.apiKey });
}

const unauthenticated = problem('unauthenticated', {
  headers: { 'WWW-Authenticate': 'Basic realm="call/originate/act", charset="UTF-8"' },
});

interface Digests {
  /** Of `user:password`. */
  readonly login: Buffer;
  readonly apiKey: Buffer;
}

/** The settings of a tenant are read once, at the first request. */
const known = new WeakMap<Tenant, Digests>();

function digestsOf(tenant: Tenant): Digests | undefined {
  const settings = actSettings(tenant);
  if (settings === undefined) return undefined;
  const { username, password, apiKey } = settings;
  const digests = known.get(tenant) ?? { login: digestOf(`${username}:${password}`), apiKey: digestOf(apiKey) };
  known.set(tenant, digests);
  return digests;
}
