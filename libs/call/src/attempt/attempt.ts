import { assertNever } from '../assert-never.ts';
import { dial1HangupOf, type Evidence, type JournalEnded } from '../outcome/evidence.ts';
import type { AttemptSignal } from './attempt-signal.ts';
import type { AttemptEffect, AttemptPlan, AttemptState, InFlight } from './attempt-state.ts';

/**
 * The attempt machine: one Originate, from the claim to its conclusion. Pure; the shell performs the effects.
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
 * `ignored: true`, and the shell counts it.
 */

/** The result of one signal. */
export interface AttemptStep {
  readonly state: AttemptState;
  readonly effects: readonly AttemptEffect[];
  readonly ignored: boolean;
}

/**
 * How far apart OriginateResponse and Hangup may come on a busy Asterisk. Milliseconds are usual; a shell that sees
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
/** How many ended channels are remembered: enough for every phone of a ring group. */
const goneMax = 32;
/** How long an attempt waits, past its last possible moment, for a PBX that cannot be reached. */
export const giveUpMarginMs = 600_000;

export function plannedAttempt(plan: AttemptPlan): AttemptState {
  return { phase: 'planned', plan };
}

/** The instant after which dial1 can no longer answer. */
export function dial1DeadlineAt(originatedAt: number, plan: AttemptPlan): number {
  return originatedAt + plan.dial1RingTimeoutMs + originateMarginMs;
}

/** The instant after which no channel of the attempt can live. */
export function latestEndAt(originatedAt: number, plan: AttemptPlan): number {
  return dial1DeadlineAt(originatedAt, plan) + plan.dial2RingTimeoutMs + plan.talkLimitMs + talkMarginMs;
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
type InFlightState = Extract<AttemptState, InFlight>;

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
      return moved({ phase: 'detached', plan, originatedAt: signal.originatedAt, evidence: {}, seenAt: signal.at }, [
        { type: 'reconcile' },
        { type: 'arm', afterMs: reconcileEveryMs },
      ]);
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
  const state = { ...before, gone: [...(before.gone ?? []).filter((id) => id !== uniqueId), uniqueId].slice(-goneMax) };
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

/**
 * dial2 had answered, and the end of its channel was not seen. Usually it comes a moment later; else dial2 goes on
 * alone.
 */
function owesDial2End({ evidence: { journalEnded }, gone }: InFlightState): boolean {
  if (journalEnded?.dial2UniqueId === undefined || journalEnded.dialStatus !== 'ANSWER') return false;
  if (journalEnded.dial2EndedAt !== undefined) return false;
  return gone === undefined || !gone.includes(journalEnded.dial2UniqueId);
}

/** dial1's channel has ended, and dial2's lives on. */
function onDial2Found(state: InFlightState, at: number): AttemptStep {
  if (state.phase !== 'following') return ignore(state);
  const seen = { ...state, seenAt: at, outlived: true as const };
  if (isPastFollowing(state, at)) {
    const { state: ended, effects } = conclude(state, { gaveUpAt: at });
    return moved(ended, [{ type: 'hang_up' }, ...effects]);
  }
  const canceled = state.evidence.cancelRequestedAt !== undefined;
  return moved(seen, [
    { type: 'release', leg: 'dial1' },
    { type: 'hold', at },
    ...hangUpIfCanceled(state),
    { type: 'arm', afterMs: canceled ? reconcileEveryMs : followEveryMs },
  ]);
}

function onDial2Gone(state: InFlightState, at: number): AttemptStep {
  if (state.phase !== 'following') return ignore(state);
  // dial2's channel was never found without dial1's: then both ended together, which is usual.
  return state.outlived === undefined ? concluded(state) : conclude(state, { dial2FollowedTo: at });
}

/**
 * dial2 failed, and the journal has no cause or no SIP code for it: dial2's own Hangup has them, and may come a moment
 * later.
 */
function owesDial2Hangup({ plan, evidence: { journalEnded, dial2Hangup } }: InFlightState): boolean {
  if (journalEnded === undefined || dial2Hangup !== undefined || plan.viaLocalChannel) return false;
  const { dialStatus, endedBy, dial2Cause, dial2SipCode } = journalEnded;
  // The cause of dial2's BYE is in dial2's own Hangup alone.
  if (dialStatus === 'ANSWER') return endedBy === 'dial2';
  return !['CANCEL', ''].includes(dialStatus) && (dial2Cause === undefined || dial2SipCode === undefined);
}

function onCancel(state: InFlightState, at: number): AttemptStep {
  if (state.evidence.cancelRequestedAt !== undefined) return ignore(state);
  const next = withFacts(state, { cancelRequestedAt: at });
  // The call is already ending.
  if (isOver(state) && state.phase !== 'following') return moved(next, []);
  // The channel may not exist yet, or the action may be lost: the hang-up is repeated until the channel is gone.
  return moved(next, [{ type: 'hang_up' }, { type: 'arm', afterMs: reconcileEveryMs }]);
}

function onChannelFound(before: InFlightState, signal: Extract<AttemptSignal, { type: 'channel_found' }>): AttemptStep {
  const { at, up, uniqueId, dial2Ended } = signal;
  const { evidence } = before;
  // The channel may have ended after this answer was made: then the answer is ignored. An answer that names another
  // channel in its place counts.
  const found = uniqueId === undefined ? before : withFacts(before, { dial1ReplacedBy: { uniqueId, at } });
  if (evidence.journalEnded !== undefined || before.phase !== 'detached' || isOver(found)) return ignore(before);
  const answered = up ? withFacts(found, { dial1AnsweredAt: at }) : found;
  const next = { ...answered, seenAt: at };
  const progress: AttemptEffect[] = answered === found ? [] : [{ type: 'progress', phase: 'answered', at }];
  // No limit of ours ended the call, and it may never end. The client still needs an outcome, and the channel must not
  // outlive it.
  if (isPastFollowing(next, at)) {
    const { state: ended, effects } = conclude(next, { gaveUpAt: at });
    return moved(ended, [...progress, { type: 'hang_up' }, ...effects]);
  }
  const held: AttemptEffect[] = [
    ...(dial2Ended ? [{ type: 'release', leg: 'dial2' } as const] : []),
    ...(isPastLimits(next, at) ? [{ type: 'hold', at } as const] : []),
  ];
  if (next.evidence.cancelRequestedAt !== undefined) {
    return moved(entered(next, 'detached'), [
      ...progress,
      ...held,
      { type: 'hang_up' },
      { type: 'arm', afterMs: reconcileEveryMs },
    ]);
  }
  if (next.evidence.dial1AnsweredAt !== undefined) {
    return moved(entered(next, 'answered'), [...progress, ...held, armTalk(next, at)]);
  }
  const phase = next.evidence.rangAt === undefined ? 'originating' : 'ringing';
  return moved(entered(next, phase), [armDial1(next, at)]);
}

/** dial1 answered and its channel is gone, but the hang-up handler wrote no entry. */
function onJournalAnswered(
  state: InFlightState,
  signal: Extract<AttemptSignal, { type: 'journal_answered' }>,
): AttemptStep {
  if (state.phase !== 'detached') return ignore(state);
  const next = withFacts(state, { dial1AnsweredAt: signal.answeredAt });
  if (signal.pbxRestarted) return conclude(next, { pbxRestarted: true });
  return onNoLastWord(next, { lostAt: signal.at }, signal.at);
}

function onMissing(state: InFlightState, signal: Extract<AttemptSignal, { type: 'missing' }>): AttemptStep {
  if (state.phase !== 'detached') return ignore(state);
  const { at, pbxRestarted } = signal;
  if (pbxRestarted) return conclude(state, { pbxRestarted: true, lostAt: at });
  if (state.evidence.dial1AnsweredAt !== undefined) {
    // The handler that writes the journal finishes before the channel ends.
    const dial1Hangup = dial1HangupOf(state.evidence);
    return onNoLastWord(state, dial1Hangup === undefined ? { lostAt: at } : { neverEnteredAt: at }, at);
  }
  // The end of dial1's channel was seen, and the journal has no entry: dial1 never answered. The Hangup holds the
  // cause.
  if (isOver(state)) return onNoLastWord(state, {}, at);
  // An Originate may still be on its way, or the phone may ring. Before the deadline, finding nothing proves nothing.
  const remainingMs = dial1DeadlineAt(state.originatedAt, state.plan) - at;
  if (remainingMs <= 0) return conclude(state, { lostAt: at });
  const canceled = state.evidence.cancelRequestedAt !== undefined;
  return moved(state, [{ type: 'arm', afterMs: canceled ? Math.min(remainingMs, reconcileEveryMs) : remainingMs }]);
}

/**
 * The hang-up handler may still be writing, or the reconciliation's answer may be older than the event. The entry
 * counts as missing only when the next reconciliation does not find it either.
 */
function onNoLastWord(state: InFlightState, facts: Partial<Evidence>, at: number): AttemptStep {
  const { doubtedAt } = state;
  if (doubtedAt === undefined) return moved({ ...state, doubtedAt: at }, [{ type: 'arm', afterMs: reconcileEveryMs }]);
  return at - doubtedAt < reconcileEveryMs ? moved(state, []) : conclude(state, facts);
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

/** Hangup without OriginateResponse. The response was missed, and with it whether dial1 had answered. */
function onlyHangup(state: InFlightState): boolean {
  return state.evidence.dial1Hangup !== undefined && state.evidence.originateFailed === undefined;
}

function detach(state: InFlightState, effects: readonly AttemptEffect[]): AttemptStep {
  return moved(entered(state, 'detached'), [...effects, { type: 'arm', afterMs: reconcileEveryMs }]);
}

function awaitEnd(state: InFlightState, effects: readonly AttemptEffect[]): AttemptStep {
  return moved(entered(state, 'awaiting_end'), [...effects, { type: 'arm', afterMs: finalEventsMs }]);
}

/** Enters another phase, or the same one again. `doubtedAt` and `outlived` are dropped. */
function entered(state: InFlightState, phase: InFlightState['phase']): InFlightState {
  const { plan, originatedAt, evidence, seenAt, gone } = state;
  return { phase, plan, originatedAt, evidence, ...(seenAt !== undefined && { seenAt }), ...(gone && { gone }) };
}

/** Until dial1's deadline; sooner while a hang-up may have to be repeated. */
function armDial1(state: InFlightState, at: number): AttemptEffect {
  const remainingMs = dial1DeadlineAt(state.originatedAt, state.plan) - at;
  const canceled = state.evidence.cancelRequestedAt !== undefined;
  return { type: 'arm', afterMs: canceled ? reconcileEveryMs : Math.max(reconcileEveryMs, remainingMs) };
}

function armTalk(state: InFlightState, at: number): AttemptEffect {
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
function isPastLimits({ plan, evidence, originatedAt }: InFlightState, at: number): boolean {
  const answeredAt = evidence.dial1AnsweredAt ?? originatedAt;
  return at >= answeredAt + plan.dial2RingTimeoutMs + plan.talkLimitMs + talkMarginMs;
}

function hangUpIfCanceled(state: InFlightState): AttemptEffect[] {
  return state.evidence.cancelRequestedAt === undefined ? [] : [{ type: 'hang_up' }];
}

function hasChannelFacts(state: InFlightState): boolean {
  const { rangAt, dial1AnsweredAt, dial1Hangup, journalEnded } = state.evidence;
  return [rangAt, dial1AnsweredAt, dial1Hangup, journalEnded].some((fact) => fact !== undefined);
}

/** A final event was seen: the channel is gone. */
function isOver({ evidence }: InFlightState): boolean {
  const { originateFailed, journalEnded } = evidence;
  return originateFailed !== undefined || dial1HangupOf(evidence) !== undefined || journalEnded !== undefined;
}

/** No channel was seen for so long, and the last possible moment is over. */
function isPastGivingUp({ originatedAt, plan, seenAt = 0 }: InFlightState, at: number): boolean {
  return at >= Math.max(latestEndAt(originatedAt, plan), seenAt) + giveUpMarginMs;
}

/**
 * A channel still lives after the limit. A dial1 that never answered cannot have been transferred. A canceled call
 * should have ended.
 */
function isPastFollowing({ originatedAt, plan, evidence }: InFlightState, at: number): boolean {
  const { dial1AnsweredAt, journalEnded, cancelRequestedAt } = evidence;
  const isAnswered = dial1AnsweredAt !== undefined || journalEnded !== undefined;
  const most = isAnswered && cancelRequestedAt === undefined ? followMaxMs : giveUpMarginMs;
  return at >= latestEndAt(originatedAt, plan) + most;
}

/** Adds facts that are not there yet. Returns the same state object when there was nothing to add. */
function withFacts<S extends InFlightState>(state: S, facts: Partial<Evidence>): S {
  const fresh = Object.entries(facts).filter(([name]) => state.evidence[name as keyof Evidence] === undefined);
  return fresh.length === 0 ? state : { ...state, evidence: { ...state.evidence, ...Object.fromEntries(fresh) } };
}

function conclude(state: InFlightState, facts: Partial<Evidence>): AttemptStep {
  return concluded(withFacts(state, facts));
}

function concluded(state: InFlightState): AttemptStep {
  return moved({ phase: 'ended', evidence: state.evidence }, [{ type: 'conclude', evidence: state.evidence }]);
}

function moved(state: AttemptState, effects: readonly AttemptEffect[]): AttemptStep {
  return { state, effects, ignored: false };
}

function ignore(state: AttemptState): AttemptStep {
  return { state, effects: [], ignored: true };
}
