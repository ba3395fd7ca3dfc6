import { type Call, type CallEffect, isEnded, stepCall } from '@redial/call';
import { type Problem, problem } from '@redial/dialects';
import type { Versioned } from '@redial/store';
import { fromStorage, StorageUnavailable } from '../storage/storage-unavailable.ts';
import { callAnswer, type Handler, type HandlerPorts } from './handler.ts';
import { matches } from './if-match.ts';
import { readCall, viewOf } from './read-call.ts';

/** Each lost race is another write of the same call, and a call has few writes: this many never happen. */
const racesMax = 20;

/** POST /v1/calls/{id}/cancel */
export function cancelCall(ports: HandlerPorts): Handler {
  return async ({ tenant, id, header }) => {
    const ifMatch = header('if-match');
    for (let race = 0; race < racesMax; race++) {
      const found = await readCall(ports, tenant, id);
      if (found === undefined) return problem('call_not_found');
      if (ifMatch !== undefined && !matches(ifMatch, found.version)) return problem('version_conflict');
      const canceled = await cancel(ports, found);
      if (canceled === 'raced') continue;
      if ('code' in canceled) return canceled;
      const status = isEnded(canceled.value.state) ? 200 : 202;
      return callAnswer(status, await viewOf(ports, tenant, canceled.value), canceled.version);
    }
    throw new StorageUnavailable('the call kept changing');
  };
}

async function cancel(ports: HandlerPorts, found: Versioned<Call>): Promise<Versioned<Call> | Problem | 'raced'> {
  const { state } = found.value;
  if (state.status === 'canceled') return found;
  if (isEnded(state)) return problem('call_ended');
  const step = stepCall(found.value, { type: 'cancel', at: ports.clock.now() });
  if (step.ignored) {
    // The attempt is being hung up. The announcement may have been lost, so the second request repeats it.
    if (state.status === 'dialing')
      await perform(ports, found.value, [{ type: 'hang_up', attemptId: state.attemptId }]);
    return found;
  }
  const written = await fromStorage(() => ports.store.updateCall(found, step.call));
  if (!written.ok) return 'raced';
  await perform(ports, step.call, step.effects);
  await ports.acceptor.confirm({ call: step.call.id, version: written.version });
  return { value: step.call, version: written.version };
}

/** The record is canceled already. If these effects come late, or are lost and repaired, that does no harm. */
async function perform(
  { store, queues, logger }: HandlerPorts,
  call: Call,
  effects: readonly CallEffect[],
): Promise<void> {
  for (const effect of effects) {
    try {
      if (effect.type === 'dequeue') await queues.dial.remove(effect.attemptId);
      if (effect.type === 'hang_up') {
        const attempt = await store.readAttempt(effect.attemptId);
        if (attempt !== undefined) await store.announceCancel(attempt.value.pbx, effect.attemptId);
      }
    } catch (error) {
      logger.warn({ error, callId: call.id, effect: effect.type }, 'a canceled call could not be cleaned up at once');
    }
  }
}
