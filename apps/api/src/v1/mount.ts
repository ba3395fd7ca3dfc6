import { problem, v1 } from '@redial/dialects';
import type { Express, RequestHandler } from 'express';
import { apiKeyOf, type FindTenant } from '../auth/api-keys.ts';
import type { GuardLogins } from '../auth/guard-logins.ts';
import { requestingTenant } from '../auth/requesting-tenant.ts';
import { type Authenticate, requireTenant } from '../auth/require-tenant.ts';
import { jsonBody } from '../http/body.ts';
import { expressPath } from '../http/methods.ts';
import { refuse } from '../http/refuse.ts';
import { sendReply } from '../http/send-reply.ts';
import { sendRecording } from '../recordings/send-recording.ts';
import { cancelCall } from './cancel-call.ts';
import { createBatch } from './create-batch.ts';
import { createCall } from './create-call.ts';
import { listDeliveries, resendDelivery } from './deliveries.ts';
import { getCall } from './get-call.ts';
import { type Handler, type HandlerPorts, isProblem } from './handler.ts';
import { listCalls } from './list-calls.ts';
import { rescheduleCall } from './reschedule-call.ts';

interface MountPorts extends HandlerPorts {
  readonly findTenant: FindTenant;
  readonly limitRequests: RequestHandler;
  readonly guardLogins: GuardLogins;
}

const handlers: Readonly<Record<Exclude<v1.Operation, 'getRecording'>, (ports: HandlerPorts) => Handler>> = {
  createCall,
  createBatch,
  listCalls,
  getCall,
  rescheduleCall,
  cancelCall,
  listDeliveries,
  resendDelivery,
};

/** Every address of `/v1`: authenticate, limit, read, serve. */
export function mountV1(app: Express, ports: MountPorts): void {
  const authenticate = requireTenant('v1', byApiKey(ports.findTenant), ports.guardLogins);
  for (const { operation, method, path, body, bodyBytesMax = 0 } of v1.endpoints) {
    const reading = body === undefined ? [] : jsonBody(bodyBytesMax);
    const serve = operation === 'getRecording' ? sendRecording('id', ports) : answer(handlers[operation](ports));
    app[method](expressPath(path), authenticate, ports.limitRequests, ...reading, serve);
  }
}

function byApiKey(findTenant: FindTenant): Authenticate {
  return (request) => {
    const apiKey = apiKeyOf((name) => request.get(name));
    const tenant = apiKey === undefined ? undefined : findTenant(apiKey);
    if (tenant !== undefined) return { ok: true, tenant };
    return { ok: false, problem: problem('unauthenticated', { headers: { 'WWW-Authenticate': 'Bearer' } }) };
  };
}

function answer(handler: Handler): RequestHandler {
  return async (request, response) => {
    const { query, body, params } = request;
    const id = params['id'];
    const result = await handler({
      tenant: requestingTenant(response.locals),
      id: typeof id === 'string' ? id : '',
      query,
      body,
      header: (name) => request.get(name),
    });
    if (isProblem(result)) refuse(response, result);
    else sendReply(response, result);
  };
}
