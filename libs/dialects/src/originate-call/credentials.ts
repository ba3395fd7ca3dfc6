import { createHash } from 'node:crypto';
import type { Tenant } from '@redial/call';
import { bearerOf, digestOf, isSameDigest } from '@redial/platform/credentials';
import type { Authenticated, AuthenticationRequest, RawInput } from '../dialect.ts';
import { onlyTenant } from '../shared/only-tenant.ts';
import { problem } from '../shared/problem.ts';
import { shortSecrets } from '../shared/short-secrets.ts';
import { httpBuildQuery, printed } from './php/http-build-query.ts';
import { bytesOf, isPhpArray, type PhpArray } from './php/php-value.ts';
import { readParams } from './read-params.ts';
import { type OriginateCallSettings, originateCallSettings } from './settings.ts';

/**
 * User name, password and `api_hash = md5(http_build_query($params without api_hash) . api_key)`, or the key itself as
 * `Authorization: Bearer` → the tenant. Every credential that is sent must be right, even if it is not needed.
 */
export function authenticate({ input, header }: AuthenticationRequest, tenants: readonly Tenant[]): Authenticated {
  const read = readParams(input as RawInput);
  if (!read.ok) return { ok: false, problem: read.problem };
  const shown = credentialsOf(read.sent, header('authorization'));
  const tenant = onlyTenant(tenants, (each) => {
    const settings = originateCallSettings(each);
    return settings !== undefined && areRight(shown, settings) && shortSecretsOf(each).length === 0;
  });
  const account = accountOf(shown, tenants);
  if (tenant !== undefined) return { ok: true, tenant, account };
  const detail = 'Invalid credentials. Check api_username, api_password, api_hash and the API key';
  const refused = problem('unauthenticated', { detail, headers: { 'WWW-Authenticate': 'Bearer' } });
  return { ok: false, account, problem: refused };
}

export function shortSecretsOf(tenant: Tenant): readonly string[] {
  const settings = originateCallSettings(tenant);
  return settings === undefined ? [] : shortSecrets({ password: settings.password, apiKey: settings.apiKey });
}

/** The key alone names no account: a client that sends one guesses at all of them. */
function accountOf({ username, bearer }: Credentials, tenants: readonly Tenant[]): string | undefined {
  if (username === undefined) return bearer === undefined ? undefined : 'bearer';
  const isKnown = tenants.some((each) => {
    const settings = originateCallSettings(each);
    return settings !== undefined && bytesOf(settings.username) === username;
  });
  return isKnown ? `user ${username}` : undefined;
}

/** In PHP's bytes; undefined: not given. */
interface Credentials {
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly hash: string | undefined;
  readonly bearer: string | undefined;
  /** Of what the hash is made, before the key. */
  readonly hashed: string;
}

function credentialsOf(params: PhpArray, authorization: string | undefined): Credentials {
  const hashed = httpBuildQuery(new Map([...params].filter(([name]) => name !== 'api_hash')));
  return {
    username: shownIn(params, 'api_username'),
    password: shownIn(params, 'api_password'),
    hash: shownIn(params, 'api_hash')?.toLowerCase(),
    bearer: bearerOf(authorization),
    hashed,
  };
}

function shownIn(params: PhpArray, name: string): string | undefined {
  const value = params.get(name) ?? null;
  if (value === null) return undefined;
  // The credential is present and belongs to no account.
  return isPhpArray(value) ? '' : printed(value);
}

function areRight(shown: Credentials, { username, password, apiKey }: OriginateCallSettings): boolean {
  const key = bytesOf(apiKey);
  const byHash = shown.bearer === undefined;
  const hash = createHash('md5').update(shown.hashed, 'latin1').update(key, 'latin1').digest('hex');
  const answers = [
    isRight(shown.username, bytesOf(username), byHash),
    isRight(shown.password, bytesOf(password), byHash),
    isRight(shown.hash, hash, byHash),
    isRight(shown.bearer, key, false),
  ];
  return answers.every((right) => right);
}

function isRight(given: string | undefined, expected: string, isNeeded: boolean): boolean {
  const isSame = isSameDigest(digestOf(given ?? ''), digestOf(expected));
  return given === undefined ? !isNeeded : isSame;
}
