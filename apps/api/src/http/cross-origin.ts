import type { TenantConfiguration } from '@redial/configuration';
import { type OriginList, originList } from '@redial/configuration';
import { vendors } from '@redial/dialects';
import type { Express, RequestHandler, Response } from 'express';
import { expressPath } from './methods.ts';

/** Headers of an answer that a page may read. */
const exposedHeaders = [
  'ETag, Location, Retry-After, Idempotency-Replayed, X-Request-Id, WWW-Authenticate, Allow',
  'RateLimit, RateLimit-Policy, Content-Range, Accept-Ranges',
].join(', ');
/** How long a browser keeps a preflight's answer: a page may continue for so long after its origin was removed. */
const preflightSeconds = 600;

/**
 * Pages of other sites (CORS): only at the addresses of the API.
 *
 * A preflight carries no credentials, so its tenant is not known: it is allowed for the origins of all tenants. The
 * request after it has the tenant's own credentials in headers or fields; the browser adds none by itself, because
 * there is no Access-Control-Allow-Credentials. The page can read the answer if that tenant lists its origin
 * (`withholdFromOthers`).
 */
export function allowOrigins(app: Express, tenants: readonly Pick<TenantConfiguration, 'cors'>[]): void {
  const origins = tenants.flatMap(({ cors: { origins } }) => origins);
  if (origins.length === 0) return;
  const isListed = originList(origins);
  const allow: RequestHandler = (request, response, next) => {
    response.vary('Origin');
    const origin = request.get('origin');
    if (origin === undefined || !isListed(origin)) return next();
    response.set('Access-Control-Allow-Origin', origin);
    if (request.method !== 'OPTIONS' || request.get('access-control-request-method') === undefined) {
      response.set('Access-Control-Expose-Headers', exposedHeaders);
      return next();
    }
    response.vary('Access-Control-Request-Headers').set({
      'Access-Control-Allow-Methods': 'GET, HEAD, POST, PUT, PATCH',
      'Access-Control-Allow-Headers': request.get('access-control-request-headers') ?? '',
      'Access-Control-Max-Age': String(preflightSeconds),
    });
    // `end`, not `send`: a 204 has no Content-Length (RFC 9110, 8.6).
    response.set('Cache-Control', 'no-store').status(204).end();
  };
  app.use('/v1', allow);
  const paths = vendors.flatMap(({ routes, recordings }) => [...routes, ...recordings].map(({ path }) => path));
  for (const path of new Set(paths)) app.all(expressPath(path), allow);
}

const lists = new WeakMap<Pick<TenantConfiguration, 'cors'>, OriginList>();

/** Whether this tenant lists the origin of a page. */
export function allowsOrigin(tenant: Pick<TenantConfiguration, 'cors'>, origin: string | undefined): boolean {
  const includes = lists.get(tenant) ?? originList(tenant.cors.origins);
  lists.set(tenant, includes);
  return includes(origin);
}

/** Once the tenant is known: an origin that only other tenants list may not read the answer. */
export function withholdFromOthers(
  response: Response,
  tenant: Pick<TenantConfiguration, 'cors'>,
  origin: string | undefined,
): void {
  if (origin !== undefined && !allowsOrigin(tenant, origin)) response.removeHeader('Access-Control-Allow-Origin');
}
