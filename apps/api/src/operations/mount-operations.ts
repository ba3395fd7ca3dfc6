import { problem } from '@redial/dialects';
import { metricsFault, opsEndpoints } from '@redial/process';
import type { Express, RequestHandler } from 'express';
import type { GuardLogins } from '../auth/guard-logins.ts';
import { sendReply } from '../http/send-reply.ts';
import type { Ports } from '../ports.ts';

interface OperationsPorts extends Pick<Ports, 'health' | 'acceptingHealth' | 'metrics' | 'metricsToken'> {
  readonly guardLogins: GuardLogins;
}

/**
 * The endpoints of every process (`opsEndpoints`), and `/readyz/accepting`: Redis is there, so that calls can be
 * accepted. A load balancer requests the latter, because a PBX that is down is no reason to refuse calls.
 */
export function mountOperations(app: Express, ports: OperationsPorts): void {
  const { health, acceptingHealth, metrics } = ports;
  app.get('/metrics', metricsAccess(ports));
  for (const [path, endpoint] of opsEndpoints({ health, accepting: acceptingHealth, metrics })) {
    app.get(path, async (_request, response) => {
      const { status, contentType, body } = await endpoint();
      sendReply(response, { status, headers: { 'Content-Type': contentType }, body });
    });
  }
}

export const operationPaths = ['/livez', '/readyz', '/readyz/accepting', '/metrics'];

function metricsAccess({ metricsToken, guardLogins }: OperationsPorts): RequestHandler {
  return (request, response, next) => {
    const client = { address: request.socket.remoteAddress, header: (name: string) => request.get(name) };
    const detail = metricsFault(client, metricsToken);
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
}
