import {
  type AttemptRecord,
  type Call,
  cdrOf,
  createDelivery,
  type Delivery,
  type Evidence,
  type Ids,
  numbersNeverRung,
  type Outcome,
  outcomeOf,
  stepCall,
} from '@redial/call';
import type { TenantConfiguration } from '@redial/configuration';
import type { Clock, Logger, Metrics } from '@redial/platform';
import { dialOrder, type Queues, type ResultsJob } from '@redial/queue';
import type { Sinks } from '@redial/sinks';
import { type AttemptStore, type CallStore, type PermitStore, tenantCounts } from '@redial/store';
import { wakeWaiting } from './wake-waiting.ts';

/** Exactly what settling needs of the store. */
export type SettleStore = Pick<AttemptStore, 'readForAttempt' | 'settle'> &
  Pick<PermitStore, 'nextWaiting'> &
  Pick<CallStore, 'readCall'>;

interface SettlePorts {
  readonly store: SettleStore;
  readonly queues: Pick<Queues, 'dial'>;
  readonly sinks: Pick<Sinks, 'find'>;
  readonly tenant: (id: string) => TenantConfiguration | undefined;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly deliver: (delivery: Delivery) => Promise<void>;
}

/**
 * In each round, another process has changed the call. After this many in a row its record cannot be written, and the
 * job comes back later.
 */
const roundsMax = 100;

/**
 * Settling: one attempt's evidence → outcome ▸ the call's next state ▸ CDR ▸ deliveries, in one write.
 *
 * S1  An attempt is settled once. A second observer, a repeated job, a crash after the write: each finds the attempt
 *     ended and stops.
 * S2  If this process dies after the write, the sweeper restores what follows it: the next attempt's job and the
 *     deliveries.
 */
export function createSettle(ports: SettlePorts): (job: ResultsJob) => Promise<void> {
  return async (job) => {
    for (let round = 0; round < roundsMax; round++) {
      // Another process has changed the call between the read and the write, by a cancel for example.
      if ((await settleOnce(ports, job)) !== 'lost_race') return;
    }
    throw new Error(`call ${job.callId} changed ${roundsMax} times while it was being settled`);
  };
}

async function settleOnce(ports: SettlePorts, job: ResultsJob): Promise<'settled' | 'nothing' | 'lost_race'> {
  const { store, sinks, clock, ids, logger } = ports;
  const { call, attempt } = await store.readForAttempt(job.callId, job.attemptId);
  if (call === undefined || attempt === undefined) {
    logger.error({ callId: job.callId, attemptId: job.attemptId }, 'a result for an attempt that is not in the store');
    return 'nothing';
  }
  if (attempt.value.ended !== undefined) return 'nothing';
  // Redis has forgotten this claim. Another dialer holds the attempt, and it may be ringing.
  if (job.claimedBy !== undefined && job.claimedBy !== attempt.value.claimedBy) return 'nothing';

  const at = clock.now();
  const evidence = withCancel(job.evidence, call.value, at);
  const outcome = outcomeOf(evidence, at, attempt.value.plan);
  const { call: after, effects } = stepCall(call.value, {
    type: 'settle',
    attemptId: job.attemptId,
    at,
    outcome,
    nextAttemptId: ids.attemptId(job.callId),
  });
  const ended: AttemptRecord = {
    ...attempt.value,
    ended: { outcome, evidence, settledAt: at, reportedBy: job.reportedBy },
  };
  const cdr = cdrOf(after, ended, outcome, evidence);
  const before = call.value.history.at(-1);
  const tenant = ports.tenant(after.tenantId);
  // The tenant was removed, or this process does not have its configuration yet. The attempt must not stay open, and
  // its CDR is kept.
  if (tenant === undefined)
    logger.error(
      { callId: after.id, attemptId: job.attemptId, tenantId: after.tenantId },
      'no such tenant is configured here: its CDR goes to no sink',
    );
  const deliveries = (tenant?.sinks ?? []).map(({ name: sink }) =>
    createDelivery({
      tenantId: after.tenantId,
      callId: after.id,
      attemptId: job.attemptId,
      sink,
      createdAt: at,
      // A queued delivery may wait for days. Its receiver gets the CDRs of a call in the order of the attempts.
      ...(sinks.find(after.tenantId, sink)?.handover === 'queued' && { followsAttempt: before?.attemptId }),
    }),
  );
  const written = await store.settle({
    call: { before: call, after },
    attempt: { before: attempt, after: ended },
    cdr,
    deliveries,
    uncounted: [
      ...numbersNeverRung(after, outcome, evidence),
      ...(outcome.disposition === 'not_sent' ? [tenantCounts.attempts] : []),
    ],
  });
  if (!written.ok) return 'lost_race';

  report(ports, after, outcome, job, at);
  // This comes first: a person is called on time, even if a sink takes long.
  for (const effect of effects) {
    if (effect.type !== 'enqueue') continue;
    await ports.queues.dial.add([dialOrder(after, effect)]).catch((error: unknown) => {
      const { attemptId } = effect;
      logger.error({ callId: after.id, attemptId, error }, 'the next attempt was not queued; the sweeper puts it back');
    });
  }
  await wakeWaiting(ports, { attemptId: job.attemptId, limits: ended.limits });
  for (const delivery of deliveries) {
    await ports.deliver(delivery).catch((error: unknown) => {
      logger.error({ deliveryId: delivery.id, error }, 'not delivered; the sweeper tries again');
    });
  }
  return 'settled';
}

/** More than the difference between two hosts' clocks. */
const clocksApartMs = 5_000;

/**
 * A cancel that came before the end belongs to the evidence, whichever process received it. The API's clock states when
 * it came, and another clock when the attempt ended. If the two are close, either may have happened first, and the rest
 * of the evidence decides.
 */
function withCancel(evidence: Evidence, { state }: Call, at: number): Evidence {
  const cancelRequestedAt = state.status === 'dialing' ? state.cancelRequestedAt : undefined;
  if (cancelRequestedAt === undefined || evidence.cancelRequestedAt !== undefined) return evidence;
  const endedAt = evidence.dial1Hangup?.at ?? evidence.originateFailed?.at ?? at;
  return cancelRequestedAt <= endedAt + clocksApartMs ? { ...evidence, cancelRequestedAt } : evidence;
}

function report({ metrics, logger }: SettlePorts, call: Call, outcome: Outcome, job: ResultsJob, at: number): void {
  const { disposition, dial1, dial2 } = outcome;
  metrics.attemptEnded({ disposition, dial1: dial1.disposition, dial2: dial2?.disposition ?? 'not_dialed' });
  metrics.eventReceived(at - outcome.endedAt);
  const line = {
    callId: call.id,
    attemptId: job.attemptId,
    disposition: outcome.disposition,
    callStatus: call.state.status,
    reportedBy: job.reportedBy,
  };
  logger.info(line, 'settled');
  if (!outcome.mapped) {
    metrics.outcomeUnmapped(dial2 === null ? 'dial1' : 'dial2', (dial2 ?? dial1).cause);
    logger.error({ ...line, evidence: job.evidence }, 'an outcome that the table does not know');
  }
  if (outcome.disposition === 'unknown' || outcome.lost) logger.warn(line, 'it cannot be known how this attempt ended');
}
