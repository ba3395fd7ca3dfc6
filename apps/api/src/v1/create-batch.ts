import type { Tenant } from '@redial/call';
import { type FieldError, jsonReply, type Problem, problem, readFields, v1 } from '@redial/dialects';
import type { Candidate } from '../accept/accept-calls.ts';
import { idempotently } from '../accept/idempotency.ts';
import type { Handler, HandlerPorts } from './handler.ts';

type Item =
  | { readonly ok: true; readonly candidate: Candidate }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

/** POST /v1/calls/batch */
export function createBatch(ports: HandlerPorts): Handler {
  const { acceptor } = ports;
  return ({ tenant, body, header }) =>
    idempotently(
      ports,
      { tenantId: tenant.id, header: header('idempotency-key'), operation: 'createBatch', body },
      async (complete) => {
        const { values, errors } = readFields(v1.CreateBatch, body);
        if (values.calls === undefined || errors.length > 0) {
          return { result: problem('invalid_request', { errors }), kept: false };
        }
        const items = values.calls.map((item) => readItem(item, tenant, ports));
        const calls = acceptor.prepare(items.flatMap((item) => (item.ok ? [item.candidate] : [])));
        const reply = jsonReply(200, batchReply(items));
        if (calls.length > 0) await acceptor.commit(calls, complete?.(reply));
        return { result: reply, kept: calls.length > 0 };
      },
    );
}

function readItem(body: unknown, tenant: Tenant, { clock, ids, pick }: HandlerPorts): Item {
  const id = ids.callId();
  const parsed = v1.toCallRequest(body, { tenant, now: clock.now(), newReference: id, pick });
  if (!parsed.ok) return parsed;
  const { request, reference } = parsed;
  return {
    ok: true,
    candidate: { id, attemptId: ids.attemptId(), tenantId: tenant.id, dialect: 'v1', reference, request },
  };
}

function batchReply(items: readonly Item[]): v1.BatchReply {
  const accepted = items.filter((item) => item.ok).length;
  return {
    accepted,
    rejected: items.length - accepted,
    results: items.map((item, index) =>
      item.ok
        ? { index, accepted: true, id: item.candidate.id, reference: item.candidate.reference }
        : { index, accepted: false, problem: v1.problemValue(refusalOf(item.errors)) },
    ),
  };
}

function refusalOf(errors: readonly FieldError[]): Problem {
  return problem('invalid_request', { detail: 'At least one field is wrong; this call was not accepted.', errors });
}
