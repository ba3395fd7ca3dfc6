import { assertNever } from '../assert-never.ts';
import type { Evidence, JournalEnded } from '../outcome/evidence.ts';
import {
  armDial1,
  armTalk,
  finalEventsMs,
  isPastGivingUp,
  originateMarginMs,
  reconcileEveryMs,
} from './attempt-deadlines.ts';
import { hasChannelFacts, isOver, onlyHangup, owesDial2End, owesDial2Hangup } from './attempt-facts.ts';
import { onChannelFound, onDial2Found, onDial2Gone, onJournalAnswered, onMissing } from './attempt-reconciled.ts';
import type { AttemptSignal } from './attempt-signal.ts';
import type { AttemptEffect, AttemptPlan, AttemptState, InFlightState } from './attempt-state.ts';
import {
  type AttemptStep,
  awaitEnd,
  conclude,
  concluded,
  detach,
  entered,
  hangUpIfCanceled,
  ignore,
  moved,
  withFacts,
} from './attempt-step.ts';

/**
 * The attempt machine: one Originate, from the claim to its conclusion. Pure; the watch performs the effects.
 *
 * A1  At most one `originate` per attempt, and only from `planned`. In any other phase, the attempt is reconciled.
 * A2  Exactly one `conclude`.
 * A3  `ended` absorbs everything.
 *
 * A4  From the claim on, deadlines alone can finish every phase: no phase waits for an event that may never come.
 *     `planned` has sent nothing and has no timer: the call's `dial` job is its clock.
 * A5  Order and repetition of final facts do not change what is concluded.
 *
 * Telephony events come late, twice and out of order. A signal that does not apply is never an error: the step returns
 * `ignored: true`, and the watch counts it.
 */

/** How many ended channels are remembered: enough for every phone of a ring group. */
const endedChannelsMax = 32;

export function plannedAttempt(plan: AttemptPlan): AttemptState {
  return { phase: 'planned', plan };
}

/** One signal → the next state and the effects. */
export function stepAttempt(state: AttemptState, signal: AttemptSignal): AttemptStep {
  switch (state.phase) {
    case 'planned':
      return stepPlanned(state, signal);
    case 'ended':
      return ignore(state);
    default:
      return stepInFlight(state, signal);
  }
}

type PlannedState = Extract<AttemptState, { phase: 'planned' }>;

function stepPlanned(state: PlannedState, signal: AttemptSignal): AttemptStep {
  const { plan } = state;
  switch (signal.type) {
    case 'start':
      return moved({ phase: 'originating', plan, originatedAt: signal.at, evidence: {} }, [
        { type: 'originate' },
        { type: 'arm', afterMs: plan.dial1RingTimeoutMs + originateMarginMs },
      ]);
    case 'adopt':
      // The PBX may stay unreachable for the full time, even when the attempt is old: a transferred call may still
      // live.
      return moved(
        { phase: 'detached', plan, originatedAt: signal.originatedAt, evidence: {}, lastSeenAt: signal.at },
        [{ type: 'reconcile' }, { type: 'arm', afterMs: reconcileEveryMs }],
      );
    default:
      return ignore(state);
  }
}

function stepInFlight(state: InFlightState, signal: AttemptSignal): AttemptStep {
  switch (signal.type) {
    case 'start':
    case 'adopt':
      return ignore(state);
    case 'refused':
      // A refusal is of *this* action. Events of a living channel outrank it (a refused duplicate ChannelId).
      return hasChannelFacts(state) ? ignore(state) : conclude(state, { refused: refusedBy(signal) });
    case 'rang':
      return onRang(state, signal.at);
    case 'answered':
      return onAnswered(state, signal);
    case 'originate_failed':
      return onDial1Final(state, { originateFailed: { reason: signal.reason, at: signal.at } });
    case 'dial1_ended':
      if (signal.replaced) return onReplaced(state);
      return onDial1Final(state, {
        dial1Hangup: {
          cause: signal.cause,
          ...(signal.sipCode !== undefined && { sipCode: signal.sipCode }),
          ...(signal.rang !== undefined && { rang: signal.rang }),
          at: signal.at,
        },
      });
    case 'dial2_ended':
      return onDial2HungUp(state, signal);
    case 'dial1_forwarded':
      return onDial1Forwarded(state, signal.at);
    case 'dial2_created':
      return onDial2Created(state, signal);
    case 'journal_ended':
      return onJournalEnded(state, signal.entry);
    case 'dial2_found':
      return onDial2Found(state, signal.at);
    case 'dial2_gone':
      return onDial2Gone(state, signal.at);
    case 'cancel':
      return onCancel(state, signal.at);
    case 'link_lost':
      // `awaiting_end` ends by its own short deadline, which reconciles where that can help. `following` reconciles
      // when the link is back.
      return state.phase === 'answered' || state.phase === 'originating' || state.phase === 'ringing'
        ? detach(state, [])
        : ignore(state);
    case 'channel_found':
      return onChannelFound(state, signal);
    case 'journal_answered':
      return onJournalAnswered(state, signal);
    case 'missing':
      return onMissing(state, signal);
    case 'deadline':
      return onDeadline(state, signal.at);
    default:
      return assertNever(signal);
  }
}

function refusedBy({ message, at, notSent }: Extract<AttemptSignal, { type: 'refused' }>): Evidence['refused'] {
  return { message, at, ...(notSent !== undefined && { byUs: true as const, code: notSent }) };
}

function onRang(state: InFlightState, at: number): AttemptStep {
  if (state.evidence.rangAt !== undefined) return ignore(state);
  const next = withFacts(state, { rangAt: at });
  const progress: AttemptEffect = { type: 'progress', phase: 'ringing', at };
  if (state.phase === 'originating') return moved(entered(next, 'ringing'), [progress, ...hangUpIfCanceled(next)]);
  // The event itself answers the reconciliation: the link is back, and the channel lives.
  if (state.phase === 'detached' && !isOver(next) && next.evidence.dial1AnsweredAt === undefined) {
    return moved(entered(next, 'ringing'), [progress, ...hangUpIfCanceled(next), armDial1(next, at)]);
  }
  return moved(next, []);
}

function onAnswered(state: InFlightState, signal: Extract<AttemptSignal, { type: 'answered' }>): AttemptStep {
  const { at, uniqueId } = signal;
  // dial1's phone forwarded the call to this channel. It is not of Redial, and our dialplan hangs it up.
  if (uniqueId !== undefined && state.evidence.dial1ForwardedAt !== undefined) {
    return onDial1Final(state, { originateFailed: { reason: 0, at } });
  }
  const next = withFacts(state, {
    dial1AnsweredAt: at,
    ...(uniqueId !== undefined && { dial1ReplacedBy: { uniqueId, at } }),
  });
  if (next === state) return ignore(state);
  // The Hangup of the replaced channel may have come first, and looked like the end.
  if (state.evidence.dial1AnsweredAt !== undefined && !isOver(next)) return resume(next, at);
  if (state.evidence.dial1AnsweredAt !== undefined) return moved(next, []);
  const progress: AttemptEffect = { type: 'progress', phase: 'answered', at };
  // The call is already over, and this event was missed. The rest comes soon, or never.
  if (state.phase === 'following') return moved(next, [progress]);
  if (isOver(next)) return awaitEnd(next, [progress]);
  return moved(entered(next, 'answered'), [progress, ...hangUpIfCanceled(next), armTalk(next, at)]);
}

/** OriginateResponse Failure or dial1's Hangup, in either order, with dial1 answered or not. */
function onDial1Final(state: InFlightState, facts: Pick<Evidence, 'originateFailed' | 'dial1Hangup'>): AttemptStep {
  const next = withFacts(state, facts);
  if (next === state) return ignore(state);
  // Another channel has taken dial1's place, or dial2 goes on without dial1: this end is not the attempt's.
  if (!isOver(next) || state.phase === 'following') return moved(next, []);
  if (owesDial2End(next)) return awaitEnd(next, []);
  const { originateFailed, dial1Hangup } = next.evidence;
  if (originateFailed !== undefined && dial1Hangup !== undefined) return concluded(next);
  return awaitEnd(next, []);
}

/** The forward explains why dial1's channel ends. The end itself comes as an event of its own. */
function onDial1Forwarded(state: InFlightState, at: number): AttemptStep {
  const next = withFacts(state, { dial1ForwardedAt: at });
  return next === state ? ignore(state) : moved(next, []);
}

function onDial2Created(state: InFlightState, signal: Extract<AttemptSignal, { type: 'dial2_created' }>): AttemptStep {
  const { at, uniqueId } = signal;
  const next = withFacts(state, { dial2Created: { uniqueId, at } });
  if (next === state) return ignore(state);
  return moved(next, [{ type: 'progress', phase: 'dial2_created', at, uniqueId }]);
}

/** A channel that lost its place to another channel has ended. The reconciliation finds the other channel. */
function onReplaced(state: InFlightState): AttemptStep {
  return isOver(state) || state.phase === 'detached' ? ignore(state) : detach(state, [{ type: 'reconcile' }]);
}

/** The attempt looked over, and is not: it goes on. */
function resume(state: InFlightState, at: number): AttemptStep {
  return moved(entered(state, 'answered'), [...hangUpIfCanceled(state), armTalk(state, at)]);
}

function onDial2HungUp(before: InFlightState, signal: Extract<AttemptSignal, { type: 'dial2_ended' }>): AttemptStep {
  const { at, cause, sipCode, uniqueId, isLocal } = signal;
  const state = {
    ...before,
    endedChannels: [...(before.endedChannels ?? []).filter((id) => id !== uniqueId), uniqueId].slice(-endedChannelsMax),
  };
  const { journalEnded } = state.evidence;
  if (state.phase === 'following') {
    return owesDial2End(state) ? moved(state, []) : conclude(state, { dial2FollowedTo: at });
  }
  const isItsEnd = owesDial2End(before) && !owesDial2End(state);
  if (state.plan.viaLocalChannel || isLocal) return isItsEnd ? concluded(state) : moved(state, []);
  const next = withFacts(state, { dial2Hangup: { cause, ...(sipCode !== undefined && { sipCode }), uniqueId, at } });
  if (isItsEnd)
    return journalEnded?.transferred === 'dial2' ? conclude(next, { dial2FollowedTo: at }) : concluded(next);
  if (next === state) return ignore(before);
  if (journalEnded !== undefined) return owesDial2End(next) ? moved(next, []) : concluded(next);
  // dial1's end follows within milliseconds; or dial1 was transferred and goes on, and dial2's permits become free.
  return moved(next, state.phase === 'answered' ? [{ type: 'arm', afterMs: finalEventsMs }] : []);
}

/**
 * The journal's last entry holds everything about an answered dial1, with two exceptions: `owesDial2Hangup` and
 * `owesDial2End`.
 */
function onJournalEnded(state: InFlightState, entry: JournalEnded): AttemptStep {
  const known = state.evidence.journalEnded;
  // A second entry counts only where dial2 went on without dial1 and has ended now. Any other repetition (UserEvent,
  // reconciliation) is ignored: the first one has armed the deadline.
  const isFuller = known === undefined || (known.dial2EndedAt === undefined && entry.dial2EndedAt !== undefined);
  if (!isFuller) return ignore(state);
  const next = { ...state, evidence: { ...state.evidence, journalEnded: entry } };
  return owesDial2Hangup(next) || owesDial2End(next) ? awaitEnd(next, []) : concluded(next);
}

function onCancel(state: InFlightState, at: number): AttemptStep {
  if (state.evidence.cancelRequestedAt !== undefined) return ignore(state);
  const next = withFacts(state, { cancelRequestedAt: at });
  // The call is already ending.
  if (isOver(state) && state.phase !== 'following') return moved(next, []);
  // The channel may not exist yet, or the action may be lost: the hang-up is repeated until the channel is gone.
  return moved(next, [{ type: 'hang_up' }, { type: 'arm', afterMs: reconcileEveryMs }]);
}

function onDeadline(state: InFlightState, at: number): AttemptStep {
  switch (state.phase) {
    case 'awaiting_end':
      // dial2 goes on without dial1, unless the event of its end was missed.
      if (owesDial2End(state)) {
        return moved(entered(state, 'following'), [{ type: 'reconcile' }, { type: 'arm', afterMs: reconcileEveryMs }]);
      }
      if (state.evidence.journalEnded !== undefined) return concluded(state);
      // Only one of the two events came. After an answer, the journal holds the rest. Without an answer, the one event
      // is all there is.
      return state.evidence.dial1AnsweredAt !== undefined || onlyHangup(state)
        ? detach(state, [{ type: 'reconcile' }])
        : concluded(state);
    case 'detached':
    case 'following':
      if (isPastGivingUp(state, at)) return conclude(state, { gaveUpAt: at });
      return moved(state, [{ type: 'reconcile' }, { type: 'arm', afterMs: reconcileEveryMs }]);
    default:
      return detach(state, [...hangUpIfCanceled(state), { type: 'reconcile' }]);
  }
}
