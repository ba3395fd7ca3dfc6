import type { AttemptEffect, AttemptPlan, InFlightState } from './attempt-state.ts';

// Every time limit of an attempt, and the timers that it arms.

/**
 * How far apart OriginateResponse and Hangup may come on a busy Asterisk. Milliseconds are usual; a watch that sees
 * more waits longer. With too short a wait, a 404 becomes `unreachable` and is dialled again.
 */
export const finalEventsMs = 2_500;
/** The time that an Originate may take on top of the ring timeout: a busy Asterisk answers seconds late. */
export const originateMarginMs = 10_000;
/** The time between two reconciliations of an attempt whose state is not known. */
export const reconcileEveryMs = 5_000;
/** How far a talk may exceed its limit before it is reconciled. */
export const talkMarginMs = 10_000;
/**
 * The time between two reconciliations of an attempt that outlasts its limits or is followed. Events report its end;
 * the reconciliation is for events that were lost.
 */
export const followEveryMs = 60_000;
/**
 * How long past its limits an attempt is followed while one of its channels lives. A transferred call has no limit of
 * ours.
 */
export const followMaxMs = 12 * 3_600_000;
/** How long an attempt waits, past its last possible moment, for a PBX that cannot be reached. */
export const giveUpMarginMs = 600_000;

/** The instant after which dial1 can no longer answer. */
export function dial1DeadlineAt(originatedAt: number, plan: AttemptPlan): number {
  return originatedAt + plan.dial1RingTimeoutMs + originateMarginMs;
}

/** The instant after which no channel of the attempt can live. */
export function latestEndAt(originatedAt: number, plan: AttemptPlan): number {
  return dial1DeadlineAt(originatedAt, plan) + plan.dial2RingTimeoutMs + plan.talkLimitMs + talkMarginMs;
}

/** Until dial1's deadline; sooner while a hang-up may have to be repeated. */
export function armDial1(state: InFlightState, at: number): AttemptEffect {
  const remainingMs = dial1DeadlineAt(state.originatedAt, state.plan) - at;
  const canceled = state.evidence.cancelRequestedAt !== undefined;
  return { type: 'arm', afterMs: canceled ? reconcileEveryMs : Math.max(reconcileEveryMs, remainingMs) };
}

export function armTalk(state: InFlightState, at: number): AttemptEffect {
  // The requested hang-up may be lost: it is repeated until the channel is gone.
  if (state.evidence.cancelRequestedAt !== undefined) return { type: 'arm', afterMs: reconcileEveryMs };
  const { dial2RingTimeoutMs, talkLimitMs } = state.plan;
  if (isPastLimits(state, at)) return { type: 'arm', afterMs: followEveryMs };
  const answeredAt = state.evidence.dial1AnsweredAt ?? at;
  return {
    type: 'arm',
    afterMs: Math.max(reconcileEveryMs, answeredAt + dial2RingTimeoutMs + talkLimitMs + talkMarginMs - at),
  };
}

/** Every limit of ours is over: the call was transferred, or a hang-up was lost. */
export function isPastLimits({ plan, evidence, originatedAt }: InFlightState, at: number): boolean {
  const answeredAt = evidence.dial1AnsweredAt ?? originatedAt;
  return at >= answeredAt + plan.dial2RingTimeoutMs + plan.talkLimitMs + talkMarginMs;
}

/** No channel was seen for so long, and the last possible moment is over. */
export function isPastGivingUp({ originatedAt, plan, lastSeenAt = 0 }: InFlightState, at: number): boolean {
  return at >= Math.max(latestEndAt(originatedAt, plan), lastSeenAt) + giveUpMarginMs;
}

/**
 * A channel still lives after the limit. A dial1 that never answered cannot have been transferred. A canceled call
 * should have ended.
 */
export function isPastFollowing({ originatedAt, plan, evidence }: InFlightState, at: number): boolean {
  const { dial1AnsweredAt, journalEnded, cancelRequestedAt } = evidence;
  const isAnswered = dial1AnsweredAt !== undefined || journalEnded !== undefined;
  const most = isAnswered && cancelRequestedAt === undefined ? followMaxMs : giveUpMarginMs;
  return at >= latestEndAt(originatedAt, plan) + most;
}
