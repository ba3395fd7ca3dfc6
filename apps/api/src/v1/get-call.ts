import { problem } from '@redial/dialects';
import { callAnswer, type Handler, type HandlerPorts } from './handler.ts';
import { readCall, viewOf } from './read-call.ts';

/** GET /v1/calls/{id} */
export function getCall(ports: HandlerPorts): Handler {
  return async ({ tenant, id }) => {
    const found = await readCall(ports, tenant, id);
    if (found === undefined) return problem('call_not_found');
    return callAnswer(200, await viewOf(ports, tenant, found.value), found.version);
  };
}
