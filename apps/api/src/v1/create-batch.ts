import type { Tenant } from '@redial/call';
import {
  errorsMax,
  firstErrors,
  type HttpReply,
  jsonReply,
  type Problem,
  problem,
  readFields,
  v1,
} from '@redial/dialects';
import type { Candidate } from '../accept/accept-calls.ts';
import { countRefused } from '../accept/count-refused.ts';
import { idempotently } from '../accept/idempotency.ts';
import { tooManyOpenCalls } from '../http/too-many-open-calls.ts';
import type { Handler, HandlerPorts } from './handler.ts';

/** The maximum of errors in one answer. Beyond it, each refused call names only its first error. */
const answerErrorsMax = 1_000;
/**
 * Bytes of refusals that are kept for a repetition. Each accepted call adds more, because its record is larger than
 * that.
 */
const keptRefusalBytes = 4_096;
const keptRefusalBytesPerCall = 256;

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
        let items = readItems(values.calls, tenant, ports);
        // If not all have room, the first ones are accepted. Each round has fewer calls than the one before.
        for (;;) {
          const calls = acceptor.prepare(items.flatMap((item) => (item.ok ? [item.candidate] : [])));
          const whole = batchReply(items);
          const reply = replyOf(items, whole);
          if (calls.length === 0) return { result: reply, kept: false };
          const committed = await acceptor.commit(calls, complete?.(keptReply(items, whole, reply)));
          if (committed.type !== 'full') return { result: reply, kept: true };
          items = onlyFirst(committed.room, items);
        }
      },
    );
}

/** The first `room` valid calls stay; the others are refused. */
function onlyFirst(room: number, items: readonly Item[]): Item[] {
  let left = room;
  return items.map((item) => (item.ok && --left < 0 ? { ok: false, problem: noRoom } : item));
}

const noRoom = tooManyOpenCalls('You have as many open calls as you may have; this call was not accepted.');

function readItems(bodies: readonly unknown[], tenant: Tenant, ports: HandlerPorts): Item[] {
  let room = answerErrorsMax;
  return bodies.map((body) => {
    const item = readItem(body, tenant, ports, Math.max(1, Math.min(errorsMax, room)));
    if (!item.ok) room -= item.problem.errors?.length ?? 0;
    return item;
  });
}

/** `errorsRoom`: the most errors that it may name. */
function readItem(
  body: unknown,
  tenant: Tenant,
  { clock, ids, pick, metrics }: HandlerPorts,
  errorsRoom: number,
): Item {
  const id = ids.callId();
  const parsed = v1.toCallRequest(body, { tenant, now: clock.now(), newReference: id, pick });
  if (!parsed.ok) {
    countRefused(metrics, parsed.errors);
    const errors = firstErrors(parsed.errors, errorsRoom);
    const detail = 'At least one field is wrong; this call was not accepted.';
    return { ok: false, problem: { code: 'invalid_request', detail, errors } };
  }
  const { request, reference } = parsed;
  return {
    ok: true,
    candidate: { id, attemptId: ids.attemptId(id), tenantId: tenant.id, dialect: 'v1', reference, request },
  };
}

function replyOf(items: readonly Item[], reply: v1.BatchReply): HttpReply {
  const isFull = items.some((item) => !item.ok && item.problem === noRoom);
  return jsonReply(200, reply, isFull ? { ...noRoom.headers } : {});
}

/**
 * The answer to a repetition: all accepted calls, and as many of the first refusals as have room. The number of a
 * tenant's calls is limited, the number of its refusals is not.
 */
function keptReply(items: readonly Item[], whole: v1.BatchReply, reply: HttpReply): HttpReply {
  let room = keptRefusalBytes + keptRefusalBytesPerCall * whole.accepted;
  const results = whole.results.filter((result) => {
    if (result.accepted) return true;
    room -= Buffer.byteLength(JSON.stringify(result));
    return room >= 0;
  });
  const refusalsLeftOut = whole.results.length - results.length;
  return refusalsLeftOut === 0 ? reply : replyOf(items, { ...whole, results, refusalsLeftOut });
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
