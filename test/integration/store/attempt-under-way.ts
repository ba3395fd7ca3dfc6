import { type AttemptRecord, type Call, cdrOf, type Delivery, type Evidence, outcomeOf, stepCall } from '@redial/call';
import type { Store, Versioned } from '@redial/store';
import { accepted, dialed, ids, noon } from './store-on-redis.ts';

export const busy: Evidence = {
  dial1Hangup: { cause: 17, at: noon + 5_000 },
  originateFailed: { reason: 0, at: noon + 5_000 },
};

export interface InFlight {
  readonly call: Versioned<Call>;
  readonly attempt: Versioned<AttemptRecord>;
}

/** A call whose attempt is under way. */
export async function claimed(
  store: Store,
  before?: Versioned<Call>,
  over: Partial<AttemptRecord> = {},
): Promise<InFlight> {
  const call = before ?? (await accepted(store));
  const { after, attempt: made } = dialed(call.value);
  const attempt = { ...made, ...over };
  const written = await store.claim(call, after, attempt);
  if (!written.ok) throw new Error('another run took the claim');
  return { call: { value: after, version: written.version }, attempt: { value: attempt, version: 1 } };
}

/** The input of `settle` once the attempt has ended with this evidence. */
export function settlement(
  { call, attempt }: InFlight,
  evidence = busy,
  at = noon + 6_000,
): Parameters<Store['settle']>[0] {
  const { id } = attempt.value;
  const outcome = outcomeOf(evidence, at);
  const { call: after } = stepCall(call.value, {
    type: 'settle',
    attemptId: id,
    at,
    outcome,
    nextAttemptId: ids.attemptId(),
  });
  const ended = { ...attempt.value, ended: { outcome, evidence, settledAt: at, reportedBy: 'test' } };
  const delivery: Delivery = {
    id: `${id}.crm`,
    tenantId: 'acme',
    callId: after.id,
    attemptId: id,
    sink: 'crm',
    status: 'pending',
    createdAt: at,
    tries: 0,
  };
  return {
    call: { before: call, after },
    attempt: { before: attempt, after: ended },
    cdr: cdrOf(after, ended, outcome, evidence),
    deliveries: [delivery],
  };
}
