import { problem } from '@redial/dialects';
import { sharedFor } from '@redial/platform';
import { type Health, metricsFault, renderedMs } from '@redial/process';
import type { Express, RequestHandler } from 'express';
import type { GuardLogins } from '../auth/guard-logins.ts';
import { sendReply } from '../http/send-reply.ts';
import type { Ports } from '../ports.ts';

export interface OperationsPorts extends Pick<Ports, 'health' | 'acceptingHealth' | 'metrics' | 'metricsToken'> {
  readonly guardLogins: GuardLogins;
}

/**
 * `/livez`: the process turns. `/readyz`: all that a call needs to be dialled is there. `/readyz/accepting`: Redis is, so that calls can
 * be accepted; a load balancer asks this one, because a PBX that is down is no reason to turn calls away. `/metrics`: Prometheus.
 */
export function mountOperations(app: Express, ports: OperationsPorts): void {
  const { health, acceptingHealth, metrics, metricsToken, guardLogins } = ports;
  app.get('/livez', (_request, response) => {
    sendReply(response, { status: 200, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body: 'ok\n' });
  });
  app.get('/readyz', ready(health));
  app.get('/readyz/accepting', ready(acceptingHealth));
  const admitted: RequestHandler = (request, response, next) => {
    const asks = { address: request.socket.remoteAddress, header: (name: string) => request.get(name) };
    const detail = metricsFault(asks, metricsToken);
    const headers = { 'WWW-Authenticate': 'Bearer' };
    return guardLogins(
      {
        api: 'metrics',
        account: metricsToken !== undefined && request.get('authorization') !== undefined ? 'token' : undefined,
        problem: detail === undefined ? undefined : problem('unauthenticated', { detail, headers }),
      },
      request,
      response,
      next,
    );
  };
  const render = sharedFor(renderedMs, () => metrics.render());
  app.get('/metrics', admitted, async (_request, response) => {
    const { contentType, body } = await render();
    sendReply(response, { status: 200, headers: { 'Content-Type': contentType }, body });
  });
}

export const operationPaths = ['/livez', '/readyz', '/readyz/accepting', '/metrics'];

function ready(health: Health): RequestHandler {
  return async (_request, response) => {
    const report = await health.report();
    const headers = { 'Content-Type': 'application/json; charset=utf-8' };
    sendReply(response, { status: report.ready ? 200 : 503, headers, body: JSON.stringify(report) });
  };
}
