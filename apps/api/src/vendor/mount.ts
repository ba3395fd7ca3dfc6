import type { Tenant } from '@redial/call';
import { type DialectRoute, problem, type VendorDialect } from '@redial/dialects';
import type { Express, Request, RequestHandler } from 'express';
import type { Acceptor } from '../accept/accept-calls.ts';
import { apiKeyOf, type FindTenant } from '../authentication/api-keys.ts';
import { isCrossSite } from '../authentication/same-site.ts';
import { formBody, jsonBody } from '../http/body.ts';
import { expressPath } from '../http/methods.ts';
import { tenantOf } from '../http/rate-limit.ts';
import { refuse, refuseAs } from '../http/refuse.ts';
import { sendReply } from '../http/send-reply.ts';
import type { Ports } from '../ports.ts';
import type { FindByOrigin } from './open-to.ts';

export interface VendorPorts extends Ports {
  readonly acceptor: Acceptor;
  readonly findTenant: FindTenant;
  readonly findByOrigin: FindByOrigin;
  readonly limitRequests: RequestHandler;
}

const bodyBytesMax = 16 * 1024;

/** A vendor's addresses. Who asks is known from a key, in a header or as the parameter `api_key`, or from where the request comes. */
export function mountVendor(app: Express, dialect: VendorDialect, ports: VendorPorts): void {
  const inItsWords = refuseAs(dialect.refused);
  const authenticate = authenticateWith(ports);
  // Before the rest: Express takes a HEAD for a GET, and a vendor's GET places a call.
  for (const path of new Set(dialect.routes.map((route) => route.path))) {
    const methods = dialect.routes.filter((route) => route.path === path).map(({ method }) => method.toUpperCase());
    app.head(expressPath(path), inItsWords, (_request, response) =>
      refuse(response, problem('method_not_allowed', { headers: { Allow: methods.join(', ') } })),
    );
  }
  for (const route of dialect.routes) {
    const reading =
      route.takes === 'json' ? jsonBody(bodyBytesMax) : route.takes === 'form' ? formBody(bodyBytesMax) : [];
    app[route.method](
      expressPath(route.path),
      inItsWords,
      ...reading,
      authenticate,
      ports.limitRequests,
      accept(route, dialect, ports),
    );
  }
  for (const { method, path, problem } of dialect.empty) {
    app[method](expressPath(path), inItsWords, authenticate, (_request, response) => refuse(response, problem));
  }
  // What other methods are answered with comes later, and is in its words too.
  for (const { path } of [...dialect.routes, ...dialect.empty]) app.all(expressPath(path), inItsWords);
}

function accept(
  route: DialectRoute,
  dialect: VendorDialect,
  { acceptor, clock, ids, pick }: VendorPorts,
): RequestHandler {
  return async (request, response) => {
    const tenant = tenantOf(response.locals);
    const id = ids.callId();
    const parsed = route.parse(inputOf(route, request), { tenant, now: clock.now(), newReference: id, pick });
    if (!parsed.ok) return refuse(response, problem('invalid_request', { errors: parsed.errors }));
    const { request: callRequest, reference } = parsed;
    const candidate = {
      id,
      attemptId: ids.attemptId(),
      tenantId: tenant.id,
      dialect: dialect.name,
      reference,
      request: callRequest,
    };
    const [call] = acceptor.prepare([candidate]);
    if (call === undefined) throw new TypeError('one candidate is one call');
    await acceptor.commit([call]);
    sendReply(response, dialect.accepted(call));
  };
}

function inputOf({ takes }: DialectRoute, request: Request): unknown {
  return takes === 'query' ? { ...request.query } : request.body;
}

function authenticateWith({ findTenant, findByOrigin }: VendorPorts): RequestHandler {
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
