import type { Tenant } from '@redial/call';
import { digestOf, isSameDigest } from '@redial/platform/credentials';
import type { Authenticated, AuthenticationRequest } from '../dialect.ts';
import { onlyTenant } from '../shared/only-tenant.ts';
import { problem } from '../shared/problem.ts';
import { shortSecrets } from '../shared/short-secrets.ts';
import { type ParameterName, type Parameters, readParameters } from './parameters.ts';
import { type DialupSettings, dialupSettings } from './settings.ts';

const credentialNames: readonly string[] = ['user', 'pass', 'org'] satisfies ParameterName[];

/**
 * `user`, `pass` and `org` → the one tenant that has them. The three are compared as one digest: if any of them is
 * wrong, the answer and its time are the same.
 */
export function authenticate(
  { input }: Pick<AuthenticationRequest, 'input'>,
  tenants: readonly Tenant[],
): Authenticated {
  const { values, errors } = readParameters(input);
  const given = digestOfGiven(values);
  const tenant = onlyTenant(tenants, (each) => {
    const settings = dialupSettings(each);
    return settings !== undefined && isSameDigest(digestOfOwn(settings), given) && shortSecretsOf(each).length === 0;
  });
  const repeated = errors.filter(({ field }) => credentialNames.includes(field));
  if (repeated.length > 0) return { ok: false, problem: problem('invalid_request', { errors: repeated }) };
  const account = tenants.some((each) => dialupSettings(each)?.user === values.user) ? values.user : undefined;
  if (tenant !== undefined) return { ok: true, tenant, account };
  return { ok: false, account, problem: problem('unauthenticated', { detail: 'user, pass or org is wrong.' }) };
}

export function shortSecretsOf(tenant: Tenant): readonly string[] {
  const settings = dialupSettings(tenant);
  return settings === undefined ? [] : shortSecrets({ password: settings.password });
}

/** Settings are read once for each tenant. */
const digests = new WeakMap<DialupSettings, Buffer>();

function digestOfOwn(settings: DialupSettings): Buffer {
  const digest = digests.get(settings) ?? digestOfThree(settings.user, settings.password, settings.org);
  digests.set(settings, digest);
  return digest;
}

function digestOfGiven({ user = '', pass = '', org = '' }: Parameters): Buffer {
  return digestOfThree(user, pass, org);
}

/** As JSON, so that moving the end of one text into the next never gives the same digest. */
function digestOfThree(...credentials: readonly [user: string, password: string, org: string]): Buffer {
  return digestOf(JSON.stringify(credentials));
}
