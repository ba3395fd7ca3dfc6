import { problem, v1 } from '@redial/dialects';
import { acceptedVersion } from '../accept/accept-calls.ts';
import { countRefused } from '../accept/count-refused.ts';
import { idempotently } from '../accept/idempotency.ts';
import { tooManyOpenCalls } from '../http/too-many-open-calls.ts';
import { callAnswer, type Handler, type HandlerPorts } from './handler.ts';

/** POST /v1/calls */
export function createCall(ports: HandlerPorts): Handler {
  const { acceptor, clock, ids, pick, metrics } = ports;
  return ({ tenant, body, header }) =>
    idempotently(
      ports,
      { tenantId: tenant.id, header: header('idempotency-key'), operation: 'createCall', body },
      async (complete) => {
        const id = ids.callId();
        const parsed = v1.toCallRequest(body, { tenant, now: clock.now(), newReference: id, pick });
        if (!parsed.ok) {
          countRefused(metrics, parsed.errors);
          return { result: problem('invalid_request', { errors: parsed.errors }), kept: false };
        }
        const { request, reference } = parsed;
        const candidate = { id, attemptId: ids.attemptId(id), tenantId: tenant.id, dialect: 'v1', reference, request };
        const [call] = acceptor.prepare([candidate]);
        if (call === undefined) throw new TypeError('one candidate is one call');
        // The answer is made before the write, and stored with it under the Idempotency-Key. Nothing can fail after the
        // call is accepted.
        const view = { call, attempts: [], tenant, now: clock.now() };
        const reply = callAnswer(202, view, acceptedVersion, { Location: `/v1/calls/${id}` });
        const committed = await acceptor.commit([call], complete?.(reply));
        if (committed.type === 'full') return { result: tooManyOpenCalls(), kept: false };
        return { result: reply, kept: true };
      },
    );
}
