import { isEnded, stepCall } from '@redial/call';
import { problem, v1 } from '@redial/dialects';
import { dialOrder } from '@redial/queue';
import { fromStorage } from '../storage/storage-unavailable.ts';
import { callAnswer, type Handler, type HandlerPorts } from './handler.ts';
import { matches } from './if-match.ts';
import { readCall, viewOf } from './read-call.ts';

/** PATCH /v1/calls/{id} */
export function rescheduleCall(ports: HandlerPorts): Handler {
  const { store, queues, clock, logger } = ports;
  return async ({ tenant, id, body, header }) => {
    const found = await readCall(ports, tenant, id);
    if (found === undefined) return problem('call_not_found');
    const ifMatch = header('if-match');
    if (ifMatch === undefined) return problem('precondition_required');
    if (!matches(ifMatch, found.version)) return problem('version_conflict');
    if (isEnded(found.value.state)) return problem('call_ended');
    if (found.value.state.status === 'dialing') return problem('call_in_flight');

    const now = clock.now();
    const parsed = v1.toReschedule(body, found.value, tenant, now);
    if (!parsed.ok)
      return problem('invalid_request', {
        detail: 'At least one field is wrong; nothing was changed.',
        errors: parsed.errors,
      });
    const { dueAt, expiresAt } = parsed;
    const { call, effects } = stepCall(found.value, {
      type: 'reschedule',
      at: now,
      dueAt,
      ...(expiresAt !== undefined && { expiresAt }),
    });
    const written = await fromStorage(() => store.updateCall(found, call));
    if (!written.ok) return problem('version_conflict');
    for (const effect of effects) {
      if (effect.type !== 'move') continue;
      // The record holds the new time. A job that was not moved is deferred by the gate `due`, or moved by the sweeper.
      await queues.dial.move(dialOrder(call, effect)).catch((error: unknown) => {
        logger.warn({ error, callId: call.id, attemptId: effect.attemptId }, 'a rescheduled job could not be moved');
      });
    }
    await ports.acceptor.confirm({ call: call.id, version: written.version });
    return callAnswer(200, await viewOf(ports, tenant, call), written.version);
  };
}
