import type { Tenant } from '@redial/call';
import { problem, type VendorDialect } from '@redial/dialects';
import type { Request, RequestHandler } from 'express';
import { admit, type Identify } from '../auth/admit.ts';
import { apiKeyOf, type FindTenant, sendsKey } from '../auth/api-keys.ts';
import { isCrossSite } from '../auth/csrf.ts';
import type { GuardLogins } from '../auth/guard-logins.ts';
import { ipAllowListOf } from '../auth/ip-allow-list.ts';
import { requestingTenant } from '../auth/requesting-tenant.ts';
import { allowsOrigin } from '../http/cross-origin.ts';
import { refuse } from '../http/refuse.ts';
import { keylessTenants } from './keyless.ts';
import { inputOf } from './read-input.ts';

export interface AuthenticatePorts {
  readonly tenants: readonly Tenant[];
  readonly findTenant: FindTenant;
  readonly guardLogins: GuardLogins;
}

/**
 * Who asks, by the vendor's own credentials where it has some, else by a key of Redial's or by where the request comes from; then whether
 * that tenant's requests may come from there.
 */
export function authenticateFor(dialect: VendorDialect, ports: AuthenticatePorts): RequestHandler[] {
  const { authenticate, ipAllowList } = dialect;
  const identify = authenticate === undefined ? byKey(dialect, ports) : byCredentials(authenticate, ports);
  return [
    admit(dialect.name, identify, ports.guardLogins),
    ...(ipAllowList === undefined ? [] : [permitted(ipAllowList, ports)]),
  ];
}

function byCredentials(
  authenticate: NonNullable<VendorDialect['authenticate']>,
  { tenants }: AuthenticatePorts,
): Identify {
  return (request, response) =>
    authenticate(
      { input: inputOf(response), header: (name) => request.get(name), address: request.socket.remoteAddress },
      tenants,
    );
}

/** The key is in a header, or the parameter `api_key`. */
function byKey({ keyless }: VendorDialect, { tenants, findTenant }: AuthenticatePorts): Identify {
  const findByOrigin = keylessTenants(tenants, keyless);
  return (request) => {
    const header = (name: string) => request.get(name);
    const apiKey = apiKeyOf(header) ?? keyParameter(request);
    let tenant: Tenant | undefined;
    if (apiKey !== undefined) tenant = findTenant(apiKey);
    else if (!sendsKey(header) && !sendsKeyParameter(request)) {
      tenant = findByOrigin({ address: request.socket.remoteAddress, host: header('host') });
      // A trusted network says nothing of the page that a browser inside it has open.
      if (tenant !== undefined && isCrossSite(header) && !allowsOrigin(tenant, header('origin')))
        return { ok: false, problem: problem('forbidden') };
    }
    if (tenant !== undefined) return { ok: true, tenant };
    const detail = 'Send a valid API key: X-API-Key, Authorization: Bearer, or the parameter api_key.';
    return { ok: false, problem: problem('unauthenticated', { detail, headers: { 'WWW-Authenticate': 'Bearer' } }) };
  };
}

function permitted(
  listOf: NonNullable<VendorDialect['ipAllowList']>,
  { tenants }: Pick<AuthenticatePorts, 'tenants'>,
): RequestHandler {
  const lists = new Map(
    tenants.flatMap((tenant) => {
      const sources = listOf(tenant);
      return sources === undefined ? [] : [[tenant.id, ipAllowListOf(sources)] as const];
    }),
  );
  return (request, response, next) => {
    const includes = lists.get(requestingTenant(response.locals).id);
    if (includes === undefined || includes(request.socket.remoteAddress)) next();
    else refuse(response, problem('access_denied', { detail: 'IP is not permitted' }));
  };
}

function keyParameter(request: Request): string | undefined {
  const given = parameterOf(request);
  return typeof given === 'string' && given !== '' ? given : undefined;
}

/** Whether it is sent at all, of whatever form, such as a list: one that is wrong must not pass for none. */
function sendsKeyParameter(request: Request): boolean {
  return (parameterOf(request) ?? '') !== '';
}

function parameterOf(request: Request): unknown {
  const body = (request.body ?? {}) as { readonly api_key?: unknown };
  return body.api_key ?? request.query['api_key'];
}
