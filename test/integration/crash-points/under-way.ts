import type { AttemptRecord, Call, Evidence, RetryPolicy } from '@redial/call';
import type { Store, Versioned } from '@redial/store';
import { accepted, dialed, read, request } from '../store/store-on-redis.ts';

/** A call and its attempt that was dialled, in the store. */
export interface InFlight {
  readonly call: Call;
  readonly attempt: AttemptRecord;
}

export const limits = ['pbx.main', 'trunk.carrier'];

/** Dial1 was busy. */
export const busy = (at: number): Evidence => ({ originateFailed: { reason: 5, at }, dial1Hangup: { cause: 17, at } });

/** The first attempt of a new call, with its permits, as a dialer leaves it after the Originate. */
export async function anAttempt(store: Store, policy: Partial<RetryPolicy>): Promise<InFlight> {
  const retryPolicy = { ...request.retryPolicy, ...policy };
  return dial(store, await accepted(store, { at: Date.now(), request: { ...request, retryPolicy } }));
}

/** The planned attempt of the call. */
export async function theNextAttempt(store: Store, { call }: InFlight): Promise<InFlight> {
  return dial(store, await read(store, call));
}

async function dial(store: Store, before: Versioned<Call>): Promise<InFlight> {
  const at = Date.now();
  const { after, attempt } = dialed(before.value, limits, at);
  const permits = await store.acquirePermits({
    attemptId: attempt.id,
    pbx: attempt.pbx,
    limits: limits.map((limit) => ({ limit, permits: 1, maxCalls: 1, maxCallsPerSecond: 1_000 })),
    now: at,
    leaseMs: 3_600_000,
    horizonMs: 5_000,
  });
  if (!permits.granted) throw new Error(`an attempt before did not give back its permit on ${permits.limit}`);
  const claimed = { ...attempt, slot: permits.slot };
  if (!(await store.claim(before, after, claimed)).ok) throw new Error(`the call of ${attempt.id} has changed`);
  return { call: after, attempt: claimed };
}
