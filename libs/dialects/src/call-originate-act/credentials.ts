import { createHash, timingSafeEqual } from 'node:crypto';
import type { Tenant } from '@redial/call';
import type { AskedRequest, Authenticated } from '../dialect.ts';
import { tooShort } from '../shared/password.ts';
import { problem } from '../shared/problem.ts';
import { actSettings } from './settings.ts';

interface Account {
  readonly tenant: Tenant;
  readonly username: string;
  /** SHA-256 of `user:password`, and of the key. */
  readonly login: Buffer;
  readonly apiKey: Buffer;
}

/**
 * `X-APIKEY` and `Authorization: Basic` → the one tenant that has both. Every tenant's are compared, in constant time, whatever was right
 * before. Two tenants that have the same: nobody, because nobody can say whose call it is.
 */
export function authenticate({ header }: Pick<AskedRequest, 'header'>, tenants: readonly Tenant[]): Authenticated {
  const shown = loginOf(header('authorization'));
  const login = digest(shown ?? '');
  const apiKey = digest(header('x-apikey') ?? '');
  const compared = accountsOf(tenants).map((account) => ({
    account,
    hasLogin: timingSafeEqual(account.login, login),
    hasKey: timingSafeEqual(account.apiKey, apiKey),
  }));
  const [found, ...alike] = compared.filter(
    ({ account, hasLogin, hasKey }) => hasLogin && hasKey && shortOf(account.tenant).length === 0,
  );
  const username = shown?.split(':', 1)[0];
  const account = accountsOf(tenants).some((each) => each.username === username) ? username : undefined;
  // One tenant's login with another's key is answered as wrong: "denied" would tell whoever has a key that a guessed login is right.
  if (found === undefined || alike.length > 0) return { ok: false, account, problem: unauthenticated };
  return { ok: true, tenant: found.account.tenant, account };
}

/** Fields of the tenant's login that are too short to log in with. */
export function shortOf(tenant: Tenant): readonly string[] {
  const settings = actSettings(tenant);
  return settings === undefined ? [] : tooShort({ password: settings.password, apiKey: settings.apiKey });
}

const unauthenticated = problem('unauthenticated', {
  headers: { 'WWW-Authenticate': 'Basic realm="call/originate/act", charset="UTF-8"' },
});

/** The tenants are read once, at start: so are their digests. */
const known = new WeakMap<readonly Tenant[], readonly Account[]>();

function accountsOf(tenants: readonly Tenant[]): readonly Account[] {
  const accounts = known.get(tenants) ?? tenants.flatMap(accountOf);
  known.set(tenants, accounts);
  return accounts;
}

function accountOf(tenant: Tenant): Account[] {
  const settings = actSettings(tenant);
  if (settings === undefined) return [];
  const { username, password, apiKey } = settings;
  return [{ tenant, username, login: digest(`${username}:${password}`), apiKey: digest(apiKey) }];
}

/** RFC 7617, in UTF-8: `user:password`. */
function loginOf(authorization: string | undefined): string | undefined {
  const encoded = /^Basic +([A-Za-z0-9+/]{1,1024}={0,2})$/i.exec(authorization ?? '')?.[1];
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('utf8');
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
