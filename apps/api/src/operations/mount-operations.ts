import { problem } from '@redial/dialects';
import { carriesToken, type Health } from '@redial/platform';
import type { Express, RequestHandler } from 'express';
import { refuseLogin } from '../authentication/admit.ts';
import { sendReply } from '../http/send-reply.ts';
import type { Ports } from '../ports.ts';

export interface OperationsPorts extends Pick<Ports, 'health' | 'acceptingHealth' | 'metrics' | 'metricsToken'> {
  readonly limitFailedLogins: RequestHandler;
}

/**
 * `/livez`: the process turns. `/readyz`: all that a call needs to be dialled is there. `/readyz/accepting`: Redis is, so that calls can
 * be accepted; a load balancer asks this one, because a PBX that is down is no reason to turn calls away. `/metrics`: Prometheus.
 */
export function mountOperations(app: Express, ports: OperationsPorts): void {
  const { health, acceptingHealth, metrics, metricsToken, limitFailedLogins } = ports;
  app.get('/livez', (_request, response) => {
    sendReply(response, { status: 200, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body: 'ok\n' });
  });
  app.get('/readyz', ready(health));
  app.get('/readyz/accepting', ready(acceptingHealth));
  const refused = refuseLogin(
    problem('unauthenticated', {
      detail: 'Metrics want their own bearer token.',
      headers: { 'WWW-Authenticate': 'Bearer' },
    }),
    limitFailedLogins,
  );
  const wantToken: RequestHandler = (request, response, next) => {
    const isKnown = metricsToken === undefined || carriesToken(request.get('authorization'), metricsToken);
    if (isKnown) next();
    else refused(request, response, next);
  };
  app.get('/metrics', wantToken, async (_request, response) => {
    const { contentType, body } = await metrics.render();
    sendReply(response, { status: 200, headers: { 'Content-Type': contentType }, body });
  });
}

export const operationPaths = ['/livez', '/readyz', '/readyz/accepting', '/metrics', '/openapi.json'];

function ready(health: Health): RequestHandler {
  return async (_request, response) => {
    const report = await health.report();
    const headers = { 'Content-Type': 'application/json; charset=utf-8' };
    sendReply(response, { status: report.ready ? 200 : 503, headers, body: JSON.stringify(report) });
  };
}
