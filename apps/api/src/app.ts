import { problem, v1, vendors } from '@redial/dialects';
import express, { type Express } from 'express';
import { type Acceptor, createAcceptor } from './accept/accept-calls.ts';
import { apiKeysOf } from './auth/api-keys.ts';
import { guardLogins } from './auth/guard-logins.ts';
import { ipAllowListOf } from './auth/ip-allow-list.ts';
import { loginLock } from './auth/login-lock.ts';
import { mountDashboard } from './dashboard/mount-dashboard.ts';
import { allowOrigins } from './http/cross-origin.ts';
import { refuseOtherMethods } from './http/methods.ts';
import { limitFailedLogins, limitRequests } from './http/rate-limit.ts';
import { answerErrors, refuse, refuseAs, refuseTwoHosts } from './http/refuse.ts';
import { securityHeaders } from './http/security-headers.ts';
import { documentPaths, mountDocs } from './openapi/mount-docs.ts';
import { mountOperations, operationPaths } from './operations/mount-operations.ts';
import { logRequests, measureRequests } from './operations/serve-log.ts';
import type { Ports } from './ports.ts';
import { mountV1 } from './v1/mount.ts';
import { mountVendor, refuseBelow } from './vendor/mount.ts';

export const version = '0.1.0';

/** The whole HTTP API, from its ports. */
export function buildApp(ports: Ports, acceptor: Acceptor = createAcceptor(ports)): Express {
  const { configuration, logger, metrics } = ports;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');

  app.use(
    logRequests(logger),
    measureRequests(metrics),
    securityHeaders({ styles: 'none' }),
    refuseAs(v1.problemReply),
    refuseTwoHosts,
  );
  const mounted = {
    ...ports,
    acceptor,
    findTenant: apiKeysOf(configuration.tenants),
    limitRequests: limitRequests(ports),
    guardLogins: guardLogins({
      lock: loginLock(ports),
      limitFailedLogins: limitFailedLogins(ports.failedLoginsPerMinute, ports),
      isTrusted: ipAllowListOf(ports.loginSources),
    }),
  };
  allowOrigins(app, configuration.tenants);
  mountOperations(app, mounted);
  mountDocs(app, version, ports.clock);
  mountDashboard(app, mounted);
  mountV1(app, mounted);
  for (const vendor of vendors) mountVendor(app, vendor, mounted);

  refuseOtherMethods(app, [
    ...v1.endpoints,
    ...vendors.flatMap((vendor) => [...vendor.routes, ...vendor.recordings]),
    ...[...operationPaths, ...documentPaths].map((path) => ({ method: 'get', path })),
  ]);
  for (const vendor of vendors) refuseBelow(app, vendor);
  app.use((_request, response) => refuse(response, problem('not_found')));
  app.use(answerErrors(logger));
  return app;
}
