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

/** A vendor's addresses: what is asked, who asks, how often, and then what comes of it; every refusal in the vendor's words. */
export function mountVendor(app: Express, dialect: VendorDialect, ports: VendorPorts): void {
  const { routes, recordings } = dialect;
  const inItsWords = refuseInWordsOf(dialect);
  const authenticate = authenticateFor(dialect, { ...ports, tenants: ports.configuration.tenants });
  // Before the rest: Express takes a HEAD for a GET, and a vendor's GET places a call.
  for (const [path, own] of Map.groupBy(routes, (route) => route.path)) {
    const allow = own.map(({ method }) => method.toUpperCase()).join(', ');
    app.head(expressPath(path), inItsWords, ...readEarly(own), (_request, response) =>
      refuse(response, problem('method_not_allowed', { headers: { Allow: allow } })),
    );
  }
  for (const route of routes) {
    const reading = readInput(route.takes);
    const serving = [inItsWords, ...reading, ...authenticate, ports.limitRequests, serve(dialect, route, ports)];
    app[route.method](expressPath(route.path), ...serving);
  }
  for (const { method, path } of recordings) {
    // A reference that cannot even be decoded is refused before it gets to its address.
    app.use(path.slice(0, path.indexOf('{')), inItsWords);
    app[method](expressPath(path), readQuery, ...authenticate, ports.limitRequests, sendRecording('ref', ports));
  }
  // What other methods are answered with comes later, and is in its words too.
  for (const [path, own] of Map.groupBy(routes, (route) => route.path))
    app.all(expressPath(path), inItsWords, ...readEarly(own));
  for (const { path } of recordings) app.all(expressPath(path), inItsWords);
}

/** Mounted after every address that there is: below a vendor's own prefixes, what is not there is told so in its words. */
export function refuseBelow(app: Express, dialect: VendorDialect): void {
  for (const prefix of dialect.below) {
    app.use(prefix, refuseInWordsOf(dialect), (_request, response) => refuse(response, problem('service_not_found')));
  }
}

/** What a refusal may know of a request that no route takes. */
function readEarly(routes: readonly DialectRoute[]): RequestHandler[] {
  return routes.every(({ takes }) => takes === 'raw' || takes === 'raw-form') ? [readQuery] : [];
}

function refuseInWordsOf(dialect: VendorDialect): RequestHandler {
  return (request, response, next) =>
    refuseAs((problem) => dialect.refused(problem, inputOf(response)))(request, response, next);
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
