import type { Tenant } from '@redial/call';
import { type FieldError, type HttpReply, jsonReply, type Problem, problem, readFields, v1 } from '@redial/dialects';
import type { Candidate } from '../accept/accept-calls.ts';
import { idempotently } from '../accept/idempotency.ts';
import { tooManyOpenCalls } from '../http/too-many-open-calls.ts';
import type { Handler, HandlerPorts } from './handler.ts';

type Item = { readonly ok: true; readonly candidate: Candidate } | { readonly ok: false; readonly problem: Problem };

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
        let items = values.calls.map((item) => readItem(item, tenant, ports));
        // Where there is no room for all, as many as there is room for, in their order. Each round has fewer than the one before.
        for (;;) {
          const calls = acceptor.prepare(items.flatMap((item) => (item.ok ? [item.candidate] : [])));
          const reply = replyTo(items);
          if (calls.length === 0) return { result: reply, kept: false };
          const committed = await acceptor.commit(calls, complete?.(reply));
          if (committed.type !== 'full') return { result: reply, kept: true };
          items = onlyFirst(committed.room, items);
        }
      },
    );
}

/** The first `room` of the good ones stay good. */
function onlyFirst(room: number, items: readonly Item[]): Item[] {
  let left = room;
  return items.map((item) => (item.ok && --left < 0 ? { ok: false, problem: noRoom } : item));
}

const noRoom = tooManyOpenCalls('You have as many open calls as you may have; this call was not accepted.');

function readItem(body: unknown, tenant: Tenant, { clock, ids, pick }: HandlerPorts): Item {
  const id = ids.callId();
  const parsed = v1.toCallRequest(body, { tenant, now: clock.now(), newReference: id, pick });
  if (!parsed.ok) return { ok: false, problem: refusalOf(parsed.errors) };
  const { request, reference } = parsed;
  return {
    ok: true,
    candidate: { id, attemptId: ids.attemptId(), tenantId: tenant.id, dialect: 'v1', reference, request },
  };
}

function replyTo(items: readonly Item[]): HttpReply {
  const isFull = items.some((item) => !item.ok && item.problem === noRoom);
  return jsonReply(200, batchReply(items), isFull ? { ...noRoom.headers } : {});
}

function batchReply(items: readonly Item[]): v1.BatchReply {
  const accepted = items.filter((item) => item.ok).length;
  return {
    accepted,
    rejected: items.length - accepted,
    results: items.map((item, index) =>
      item.ok
        ? { index, accepted: true, id: item.candidate.id, reference: item.candidate.reference }
        : { index, accepted: false, problem: v1.problemValue(item.problem) },
    ),
  };
}

function refusalOf(errors: readonly FieldError[]): Problem {
  return problem('invalid_request', { detail: 'At least one field is wrong; this call was not accepted.', errors });
}
