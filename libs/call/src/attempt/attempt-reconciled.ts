import { dial1HangupOf, type Evidence } from '../outcome/evidence.ts';
import {
  armDial1,
  armTalk,
  dial1DeadlineAt,
  followEveryMs,
  isPastFollowing,
  isPastLimits,
  reconcileEveryMs,
} from './attempt-deadlines.ts';
import { isOver } from './attempt-facts.ts';
import type { AttemptSignal } from './attempt-signal.ts';
import type { AttemptEffect, InFlightState } from './attempt-state.ts';
import {
  type AttemptStep,
  conclude,
  concluded,
  entered,
  hangUpIfCanceled,
  ignore,
  moved,
  withFacts,
} from './attempt-step.ts';

// What the attempt does with the results of a reconciliation.

/** dial1's channel has ended, and dial2's lives on. */
export function onDial2Found(state: InFlightState, at: number): AttemptStep {
  if (state.phase !== 'following') return ignore(state);
  const seen = { ...state, lastSeenAt: at, dial2Outlives: true as const };
  if (isPastFollowing(state, at)) {
    const { state: ended, effects } = conclude(state, { gaveUpAt: at });
    return moved(ended, [{ type: 'hang_up' }, ...effects]);
  }
  const canceled = state.evidence.cancelRequestedAt !== undefined;
  return moved(seen, [
    { type: 'release', leg: 'dial1' },
    { type: 'extend_permits', at },
    ...hangUpIfCanceled(state),
    { type: 'arm', afterMs: canceled ? reconcileEveryMs : followEveryMs },
  ]);
}

export function onDial2Gone(state: InFlightState, at: number): AttemptStep {
  if (state.phase !== 'following') return ignore(state);
  // dial2's channel was never found without dial1's: then both ended together, which is usual.
  return state.dial2Outlives === undefined ? concluded(state) : conclude(state, { dial2FollowedTo: at });
}

export function onChannelFound(
  before: InFlightState,
  signal: Extract<AttemptSignal, { type: 'channel_found' }>,
): AttemptStep {
  const { at, up, uniqueId, dial2Ended } = signal;
  const { evidence } = before;
  // The channel may have ended after this answer was made: then the answer is ignored. An answer that names another
  // channel in its place counts.
  const found = uniqueId === undefined ? before : withFacts(before, { dial1ReplacedBy: { uniqueId, at } });
  if (evidence.journalEnded !== undefined || before.phase !== 'detached' || isOver(found)) return ignore(before);
  const answered = up ? withFacts(found, { dial1AnsweredAt: at }) : found;
  const next = { ...answered, lastSeenAt: at };
  const progress: AttemptEffect[] = answered === found ? [] : [{ type: 'progress', phase: 'answered', at }];
  // No limit of ours ended the call, and it may never end. The client still needs an outcome, and the channel must not
  // outlive it.
  if (isPastFollowing(next, at)) {
    const { state: ended, effects } = conclude(next, { gaveUpAt: at });
    return moved(ended, [...progress, { type: 'hang_up' }, ...effects]);
  }
  const held: AttemptEffect[] = [
    ...(dial2Ended ? [{ type: 'release', leg: 'dial2' } as const] : []),
    ...(isPastLimits(next, at) ? [{ type: 'extend_permits', at } as const] : []),
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
export function onJournalAnswered(
  state: InFlightState,
  signal: Extract<AttemptSignal, { type: 'journal_answered' }>,
): AttemptStep {
  if (state.phase !== 'detached') return ignore(state);
  const next = withFacts(state, { dial1AnsweredAt: signal.answeredAt });
  if (signal.pbxRestarted) return conclude(next, { pbxRestarted: true });
  return onJournalIncomplete(next, { lostAt: signal.at }, signal.at);
}

export function onMissing(state: InFlightState, signal: Extract<AttemptSignal, { type: 'missing' }>): AttemptStep {
  if (state.phase !== 'detached') return ignore(state);
  const { at, pbxRestarted } = signal;
  if (pbxRestarted) return conclude(state, { pbxRestarted: true, lostAt: at });
  if (state.evidence.dial1AnsweredAt !== undefined) {
    // The handler that writes the journal finishes before the channel ends.
    const dial1Hangup = dial1HangupOf(state.evidence);
    return onJournalIncomplete(state, dial1Hangup === undefined ? { lostAt: at } : { neverEnteredAt: at }, at);
  }
  // The end of dial1's channel was seen, and the journal has no entry: dial1 never answered. The Hangup holds the
  // cause.
  if (isOver(state)) return onJournalIncomplete(state, {}, at);
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
function onJournalIncomplete(state: InFlightState, facts: Partial<Evidence>, at: number): AttemptStep {
  const { journalMissingSince } = state;
  if (journalMissingSince === undefined)
    return moved({ ...state, journalMissingSince: at }, [{ type: 'arm', afterMs: reconcileEveryMs }]);
  return at - journalMissingSince < reconcileEveryMs ? moved(state, []) : conclude(state, facts);
}
