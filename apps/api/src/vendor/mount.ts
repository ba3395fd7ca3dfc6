import { type DialectRoute, problem, type VendorDialect } from '@redial/dialects';
import type { Express, RequestHandler } from 'express';
import type { Acceptor } from '../accept/accept-calls.ts';
import type { FindTenant } from '../auth/api-keys.ts';
import type { GuardLogins } from '../auth/guard-logins.ts';
import { requestingTenant } from '../auth/requesting-tenant.ts';
import { expressPath } from '../http/methods.ts';
import { refuse, refuseAs } from '../http/refuse.ts';
import { sendReply } from '../http/send-reply.ts';
import type { Ports } from '../ports.ts';
import { sendRecording } from '../recordings/send-recording.ts';
import { authenticateFor } from './authenticate.ts';
import { placeCalls } from './place-calls.ts';
import { inputOf, readInput, readQuery } from './read-input.ts';

export interface VendorPorts extends Ports {
  readonly acceptor: Acceptor;
  readonly findTenant: FindTenant;
  readonly limitRequests: RequestHandler;
  readonly guardLogins: GuardLogins;
}

/** A vendor's addresses: read, authenticate, limit, serve. Every refusal is in the vendor's words. */
export function mountVendor(app: Express, dialect: VendorDialect, ports: VendorPorts): void {
  const refusals = refuseInWordsOf(dialect);
  const authenticate = authenticateFor(dialect, { ...ports, tenants: ports.configuration.tenants });
  const admitted = [...authenticate, ports.limitRequests];
  for (const [path, routes] of Map.groupBy(dialect.routes, (route) => route.path)) {
    const early = readEarly(routes);
    // Before the GET: Express would serve a HEAD with it, and a vendor's GET places a call.
    const address = app
      .route(expressPath(path))
      .all(refusals)
      .head(...early, refuseHead(routes));
    for (const route of routes)
      address[route.method](...readInput(route.takes), ...admitted, serve(dialect, route, ports));
    // A later refusal (another method) may read the query.
    address.all(...early, (_request, _response, next) => next());
  }
  for (const { method, path } of dialect.recordings) {
    // Express refuses a reference that cannot be decoded before the address itself.
    app.use(path.slice(0, path.indexOf('{')), refusals);
    app
      .route(expressPath(path))
      .all(refusals)
      [method](readQuery, ...admitted, sendRecording('ref', ports));
  }
}

/**
 * Mounted after every address. Below a vendor's own prefixes, a request for another address is refused in the vendor's
 * words.
 */
export function refuseBelow(app: Express, dialect: VendorDialect): void {
  for (const prefix of dialect.below) {
    app.use(prefix, refuseInWordsOf(dialect), (_request, response) => refuse(response, problem('service_not_found')));
  }
}

/** The input that a refusal may read of a request that no route takes. */
function readEarly(routes: readonly DialectRoute[]): RequestHandler[] {
  return routes.every(({ takes }) => takes === 'raw' || takes === 'raw-form') ? [readQuery] : [];
}

function refuseInWordsOf(dialect: VendorDialect): RequestHandler {
  return (request, response, next) =>
    refuseAs((problem) => dialect.refused(problem, inputOf(response)))(request, response, next);
}

function refuseHead(routes: readonly DialectRoute[]): RequestHandler {
  const headers = { Allow: routes.map(({ method }) => method.toUpperCase()).join(', ') };
  return (_request, response) => refuse(response, problem('method_not_allowed', { headers }));
}

function serve(dialect: VendorDialect, route: DialectRoute, ports: VendorPorts): RequestHandler {
  return async (_request, response) => {
    const leaving = new AbortController();
    response.once('close', () => leaving.abort());
    const { signal: left } = leaving;
    const tenant = requestingTenant(response.locals);
    const answer = await placeCalls({ dialect, route, tenant, input: inputOf(response), left }, ports);
    if (answer.type === 'refused') refuse(response, answer.problem);
    if (answer.type === 'reply') sendReply(response, answer.reply);
  };
}
