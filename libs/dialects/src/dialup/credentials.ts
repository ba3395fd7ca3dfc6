import { createHash, timingSafeEqual } from 'node:crypto';
import type { Tenant } from '@redial/call';
import type { AskedRequest, Authenticated } from '../dialect.ts';
import { tooShort } from '../shared/password.ts';
import { problem } from '../shared/problem.ts';
import { type ParameterName, type Parameters, readParameters } from './parameters.ts';
import { type DialupSettings, dialupSettings } from './settings.ts';

const credentialNames: readonly string[] = ['user', 'pass', 'org'] satisfies ParameterName[];

/**
 * `user`, `pass` and `org` → the one tenant that has them. The three are compared as one digest, with every tenant's and to the end: whichever
 * of them is wrong, it takes the same time and gives the same answer. Credentials that two tenants have are nobody's.
 */
export function authenticate({ input }: Pick<AskedRequest, 'input'>, tenants: readonly Tenant[]): Authenticated {
  const { values, errors } = readParameters(input);
  const given = digestOfGiven(values);
  const [tenant, ...more] = tenants.filter((candidate) => {
    const settings = dialupSettings(candidate);
    return settings !== undefined && timingSafeEqual(digestOf(settings), given) && shortOf(candidate).length === 0;
  });
  const repeated = errors.filter(({ field }) => credentialNames.includes(field));
  if (repeated.length > 0) return { ok: false, problem: problem('invalid_request', { errors: repeated }) };
  const account = tenants.some((each) => dialupSettings(each)?.user === values.user) ? values.user : undefined;
  if (tenant !== undefined && more.length === 0) return { ok: true, tenant, account };
  return { ok: false, account, problem: problem('unauthenticated', { detail: 'user, pass or org is wrong.' }) };
}

/** Fields of the tenant's login that are too short to log in with. */
export function shortOf(tenant: Tenant): readonly string[] {
  const settings = dialupSettings(tenant);
  return settings === undefined ? [] : tooShort({ password: settings.password });
}

/** Settings are read once for each tenant, so theirs are made once too. */
const digests = new WeakMap<DialupSettings, Buffer>();

function digestOf(settings: DialupSettings): Buffer {
  const known = digests.get(settings) ?? digest(settings.user, settings.password, settings.org);
  digests.set(settings, known);
  return known;
}

function digestOfGiven({ user = '', pass = '', org = '' }: Parameters): Buffer {
  return digest(user, pass, org);
}

/** As JSON, so that no text can pass for another by moving its end into the next. */
function digest(...credentials: readonly [user: string, password: string, org: string]): Buffer {
  return createHash('sha256').update(JSON.stringify(credentials)).digest();
}
