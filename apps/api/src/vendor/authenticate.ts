import type { TenantConfiguration } from '@redial/configuration';
import { type CredentialsOfVendor, type KeyOfRedial, problem, type VendorDialect } from '@redial/dialects';
import type { Request, RequestHandler } from 'express';
import { apiKeyOf, type FindTenant, sendsKey } from '../auth/api-keys.ts';
import { isCrossSite } from '../auth/csrf.ts';
import type { GuardLogins } from '../auth/guard-logins.ts';
import { ipAllowListOf } from '../auth/ip-allow-list.ts';
import { requestingTenant } from '../auth/requesting-tenant.ts';
import { type Authenticate, requireTenant } from '../auth/require-tenant.ts';
import { allowsOrigin } from '../http/cross-origin.ts';
import { refuse } from '../http/refuse.ts';
import { keylessTenants } from './keyless.ts';
import { inputOf } from './read-input.ts';

interface AuthenticatePorts {
  readonly tenants: readonly TenantConfiguration[];
  readonly findTenant: FindTenant;
  readonly guardLogins: GuardLogins;
}

export function authenticateFor(
  { name, authentication }: VendorDialect,
  ports: AuthenticatePorts,
): readonly RequestHandler[] {
  if (authentication.type === 'api_key')
    return [requireTenant(name, byApiKey(authentication, ports), ports.guardLogins)];
  const byCredentials = requireTenant(name, credentialsOf(authentication, ports), ports.guardLogins);
  return [byCredentials, allowAddresses(authentication, ports)];
}

function credentialsOf({ authenticate }: CredentialsOfVendor, { tenants }: AuthenticatePorts): Authenticate {
  const configured = new Map(tenants.map((tenant) => [tenant.id, tenant]));
  return (request, response) => {
    const found = authenticate(
      { input: inputOf(response), header: (name) => request.get(name), address: request.socket.remoteAddress },
      tenants,
    );
    if (!found.ok) return found;
    const tenant = configured.get(found.tenant.id);
    if (tenant === undefined) throw new RangeError('the dialect found a tenant that is not configured');
    return { ...found, tenant };
  };
}

function allowAddresses(
  { ipAllowList, notAllowed: detail = '' }: CredentialsOfVendor,
  { tenants }: Pick<AuthenticatePorts, 'tenants'>,
): RequestHandler {
  const lists = new Map(
    tenants.flatMap((tenant) => {
      const addresses = ipAllowList?.(tenant);
      return addresses === undefined ? [] : [[tenant.id, ipAllowListOf(addresses)] as const];
    }),
  );
  return (request, response, next) => {
    const includes = lists.get(requestingTenant(response.locals).id);
    if (includes === undefined || includes(request.socket.remoteAddress)) next();
    else refuse(response, problem('access_denied', { detail }));
  };
}

/** By the key if the request has one, else by its origin. */
function byApiKey(
  { parameter, unauthenticated: detail, keyless }: KeyOfRedial,
  { tenants, findTenant }: AuthenticatePorts,
): Authenticate {
  const findByOrigin = keylessTenants(tenants, keyless);
  return (request) => {
    const header = (name: string) => request.get(name);
    const given = parameterOf(request, parameter);
    const apiKey = apiKeyOf(header) ?? (typeof given === 'string' && given !== '' ? given : undefined);
    let tenant: TenantConfiguration | undefined;
    if (apiKey !== undefined) tenant = findTenant(apiKey);
    // A malformed key, such as a list, must not count as none.
    else if (!sendsKey(header) && (given ?? '') === '') {
      tenant = findByOrigin({ address: request.socket.remoteAddress, host: header('host') });
      // A trusted network does not vouch for a page that a browser inside it has open.
      if (tenant !== undefined && isCrossSite(header) && !allowsOrigin(tenant, header('origin')))
        return { ok: false, problem: problem('forbidden') };
    }
    if (tenant !== undefined) return { ok: true, tenant };
    return { ok: false, problem: problem('unauthenticated', { detail, headers: { 'WWW-Authenticate': 'Bearer' } }) };
  };
}

function parameterOf({ body, query }: Request, name: string): unknown {
  return (body as Readonly<Record<string, unknown>> | undefined)?.[name] ?? query[name];
}
