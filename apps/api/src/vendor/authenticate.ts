import type { Tenant } from '@redial/call';
import { problem, type VendorDialect } from '@redial/dialects';
import type { Request, RequestHandler } from 'express';
import { apiKeyOf, type FindTenant } from '../authentication/api-keys.ts';
import { isCrossSite } from '../authentication/same-site.ts';
import { refuse } from '../http/refuse.ts';
import { openingsOf } from './open-to.ts';
import { inputOf } from './read-input.ts';

export interface AuthenticatePorts {
  readonly tenants: readonly Tenant[];
  readonly findTenant: FindTenant;
}

/** Who asks: by the vendor's own credentials where it has some, else by a key of Redial's or by where the request comes from. */
export function authenticateFor(dialect: VendorDialect, ports: AuthenticatePorts): RequestHandler {
  return dialect.authenticate === undefined ? byKey(dialect, ports) : byCredentials(dialect.authenticate, ports);
}

function byCredentials(
  authenticate: NonNullable<VendorDialect['authenticate']>,
  { tenants }: AuthenticatePorts,
): RequestHandler {
  return (request, response, next) => {
    const authenticated = authenticate(
      { input: inputOf(response), header: (name) => request.get(name), address: request.socket.remoteAddress },
      tenants,
    );
    if (!authenticated.ok) return refuse(response, authenticated.problem);
    response.locals['tenant'] = authenticated.tenant;
    next();
  };
}

/** The key is in a header, or the parameter `api_key`. */
function byKey({ openTo }: VendorDialect, { tenants, findTenant }: AuthenticatePorts): RequestHandler {
  const findByOrigin = openingsOf(tenants, openTo);
  return (request, response, next) => {
    const apiKey = apiKeyOf((name) => request.get(name)) ?? keyParameter(request);
    let tenant: Tenant | undefined;
    if (apiKey !== undefined) tenant = findTenant(apiKey);
    else {
      tenant = findByOrigin({ address: request.socket.remoteAddress, host: request.get('host') });
      // A trusted network says nothing of the page that a browser inside it has open.
      if (tenant !== undefined && isCrossSite((name) => request.get(name)))
        return refuse(response, problem('forbidden'));
    }
    if (tenant === undefined) {
      const detail = 'Send a valid API key: X-API-Key, Authorization: Bearer, or the parameter api_key.';
      return refuse(response, problem('unauthenticated', { detail, headers: { 'WWW-Authenticate': 'Bearer' } }));
    }
    response.locals['tenant'] = tenant;
    next();
  };
}

function keyParameter(request: Request): string | undefined {
  const body = (request.body ?? {}) as { readonly api_key?: unknown };
  const given = body.api_key ?? request.query['api_key'];
  return typeof given === 'string' && given !== '' ? given : undefined;
}
