import { type CallSignal, destinationRuleOf, type GateDecision, stepCall } from '@redial/call';
import type { DialContext } from './dial-context.ts';
import { type DialResult, readAgain } from './dial-result.ts';
import type { LoadedCall } from './load.ts';

/**
 * A gate does not allow the call. Its decision is written to the call, so that the client can read why the call has not
 * been dialled.
 */
export async function closeGate(
  context: DialContext,
  loaded: LoadedCall,
  decision: Exclude<GateDecision, { decision: 'allow' }>,
): Promise<DialResult> {
  const { metrics, clock } = context;
  const { gate, reason } = decision;
  const { attemptId } = loaded;
  metrics.gateClosed(gate, decision.decision);
  switch (decision.decision) {
    case 'defer':
      return defer(context, loaded, decision);
    case 'block': {
      const rule = destinationRuleOf(reason);
      if (rule !== undefined) metrics.destinationRefused(rule);
      return endCall(context, loaded, { type: 'block', attemptId, at: clock.now(), gate, reason });
    }
    case 'expire': {
      // Where a gate defers the call beyond its end, the gate's reason is more useful than the fact that its time is
      // over.
      const why = gate !== 'expired' && { reason };
      return endCall(context, loaded, { type: 'expire', attemptId, at: clock.now(), ...why });
    }
  }
}

/** The call can never be dialled as it is. */
export function failCall(context: DialContext, loaded: LoadedCall, reason: string): Promise<DialResult> {
  const { metrics, logger, clock } = context;
  const { attemptId } = loaded;
  metrics.gateClosed('invalid', 'block');
  logger.error({ callId: loaded.call.value.id, attemptId }, reason);
  return endCall(context, loaded, { type: 'fail', attemptId, at: clock.now(), reason });
}

async function defer(
  { store, clock }: DialContext,
  { call, attemptId }: LoadedCall,
  { gate, reason, ...decision }: Extract<GateDecision, { decision: 'defer' }>,
): Promise<DialResult> {
  // A client that waits for the call must get its end when it ends.
  const { expiresAt } = call.value.request;
  const until = expiresAt === undefined ? decision.until : Math.min(decision.until, expiresAt + 1);
  // The job came early: promoted by hand, or by a queue whose clock runs ahead. The call has its time already.
  if (gate === 'due') return { result: 'deferred', at: until, note: reason };
  const late = decision.isLate ?? false;
  const stepped = stepCall(call.value, { type: 'defer', attemptId, at: clock.now(), gate, reason, until, late });
  const written = await store.updateCall(call, stepped.call);
  return written.ok ? { result: 'deferred', at: until, note: `${gate}: ${reason}` } : readAgain('the call has changed');
}

async function endCall({ store }: DialContext, { call }: LoadedCall, signal: CallSignal): Promise<DialResult> {
  const stepped = stepCall(call.value, signal);
  const written = await store.updateCall(call, stepped.call);
  if (!written.ok) return readAgain('the call has changed');
  return { result: 'call_ended', status: stepped.call.state.status };
}
