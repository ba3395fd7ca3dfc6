import {
  type AttemptEffect,
  type AttemptId,
  type AttemptPhase,
  type AttemptPlan,
  type AttemptSignal,
  type AttemptState,
  type AttemptStep,
  type Evidence,
  plannedAttempt,
  stepAttempt,
} from '@redial/call';
import { type Clock, createRecentIds, systemClock } from '@redial/platform';
import pLimit from 'p-limit';
import { systemTimers, type Timers } from '../ami/timers.ts';
import type { OriginateOrder, Pbx, ReconcileQuestion } from '../pbx.ts';
import { createFinalEventWait } from './final-event-wait.ts';
import { createUnknownAttempts } from './unknown-attempts.ts';

/**
 * The shell around the attempt machine, for the attempts of one PBX: it carries signals in and effects out.
 *
 * W1  `originate` sends one Originate, and only for an attempt this watch has never seen. `adopt` never sends one.
 * W2  Signals of one attempt are stepped one after the other; effects are performed after the step, and what they bring back
 *     is a signal like any other.
 * W3  One `onConclude` for each attempt that is taken on; then the attempt, its timer and its order are gone.
 * W4  A signal for an attempt that has concluded here does not bring it back (`recentLimit`); an explicit `adopt` does.
 * W5  What is still owed of an attempt's end is waited for longer while this PBX has lately been slow to say it.
 * W6  Whatever it keeps for attempts it does not know is bounded.
 */
export interface AttemptWatch {
  /** Dials. The claim must have been taken by the caller, just now. */
  originate(attempt: WatchedAttempt, order: OriginateOrder): void;
  /** Takes on an attempt that is under way; nothing happens if it is watched already. */
  adopt(attempt: AdoptedAttempt): void;
  /** Asks for the end. False: it is not watched here. */
  cancel(attemptId: AttemptId): boolean;
  /**
   * Resolves when dial1 has answered, or the attempt has ended. `unknown-here`: it is not watched here, or the PBX cannot be asked now;
   * the watch goes on, but whoever waits must not be held up for as long as a link may be down.
   */
  dial1Outcome(attemptId: AttemptId): Promise<WatchedDial1>;
  has(attemptId: AttemptId): boolean;
  readonly size: number;
  /** Lets go of every attempt without concluding it: another observer does. Outcomes waited for become `unknown-here`. */
  stop(): void;
}

export type ProgressPhase = Extract<AttemptEffect, { type: 'progress' }>['phase'];

export type WatchedDial1 = 'answered' | 'ended' | 'unknown-here';

export interface WatchedAttempt {
  readonly attemptId: AttemptId;
  readonly plan: AttemptPlan;
  readonly slot: number;
  /** What the PBX called its own start when the claim was taken. */
  readonly pbxStartedAt: string;
}

export interface AdoptedAttempt extends WatchedAttempt {
  readonly originatedAt: number;
}

export interface AttemptWatchDeps {
  readonly pbx: Pbx;
  readonly clock?: Clock;
  readonly timers?: Timers;
  readonly onConclude: (attemptId: AttemptId, evidence: Evidence) => void;
  /** `uniqueId`: dial2's, with `dial2_created`. */
  readonly onProgress?: (attemptId: AttemptId, phase: ProgressPhase, at: number, uniqueId?: string) => void;
  /** The last channel of this leg has ended, and the other leg goes on. Said again and again; losing it costs permits for a while. */
  readonly onRelease?: (attemptId: AttemptId, leg: 'dial1' | 'dial2') => void;
  /** The attempt outlasts its limits, and a channel of it was seen to live. */
  readonly onHold?: (attemptId: AttemptId, at: number) => void;
  /** A signal that did not apply, for the metric. */
  readonly onIgnored?: (phase: AttemptPhase, signalType: AttemptSignal['type']) => void;
  /** Every step, for tests and traces. */
  readonly onStep?: (attemptId: AttemptId, signal: AttemptSignal, step: AttemptStep) => void;
  /**
   * Somebody else's attempt, as far as this watch knows. Whoever wants to observer all of them answers with its record, or with
   * undefined if it is not open; signals that come meanwhile are kept. Absent: such signals are dropped.
   */
  readonly onUnknown?: (attemptId: AttemptId, signal: AttemptSignal) => Promise<AdoptedAttempt | undefined>;
  /** What should not happen: a port or `onUnknown` that threw. The attempt goes on, or is asked about again; nobody else tells of the fault. */
  readonly onFault: (
    attemptId: AttemptId,
    doing: 'originate' | 'hang_up' | 'reconcile' | 'adopt',
    error: unknown,
  ) => void;
  readonly limits?: Partial<AttemptWatchLimits>;
}

export interface AttemptWatchLimits {
  readonly reconciliationsAtOnce: number;
  /** Concluded, or known not to be ours. */
  readonly recentLimit: number;
  /** Attempts about which `onUnknown` is being asked, and signals kept for each. */
  readonly unknownLimit: number;
  readonly unknownSignalLimit: number;
}

const defaultLimits: AttemptWatchLimits = {
  reconciliationsAtOnce: 50,
  recentLimit: 20_000,
  unknownLimit: 5_000,
  unknownSignalLimit: 16,
};

interface Entry {
  readonly attempt: WatchedAttempt;
  state: AttemptState;
  /** Until it is sent. */
  order?: OriginateOrder;
  readonly mailbox: AttemptSignal[];
  /** One half of its end has come; the other has been waited for since. */
  awaitingEndSince?: number;
  stepping: boolean;
  cancelTimer: () => void;
  readonly outcomeWaiters: ((outcome: WatchedDial1) => void)[];
}

/** What Asterisk says of an end by itself. The journal's word also comes from a reconciliation, after an outage: it tells nothing of how late events are. */
const halves: ReadonlySet<AttemptSignal['type']> = new Set(['originate_failed', 'dial1_ended', 'dial2_ended']);

export function createAttemptWatch(deps: AttemptWatchDeps): AttemptWatch {
  const { pbx, clock = systemClock, timers = systemTimers, onFault } = deps;
  const limits = { ...defaultLimits, ...deps.limits };
  const entries = new Map<AttemptId, Entry>();
  const concluded = createRecentIds<AttemptId>(limits.recentLimit);
  /** Of those, the ones of which only OriginateResponse had come. */
  const withoutHangup = createRecentIds<AttemptId>(limits.recentLimit);
  const finalEventWait = createFinalEventWait(() => clock.now());
  const limitReconciliations = pLimit(limits.reconciliationsAtOnce);
  /** Attempts that are reconciled now, or will be. */
  const reconciling = new Set<AttemptId>();
  let stopped = false;

  function take(attempt: WatchedAttempt, order?: OriginateOrder): Entry {
    const entry: Entry = {
      attempt,
      state: plannedAttempt(attempt.plan),
      ...(order !== undefined && { order }),
      mailbox: [],
      stepping: false,
      cancelTimer: () => {},
      outcomeWaiters: [],
    };
    entries.set(attempt.attemptId, entry);
    concluded.delete(attempt.attemptId);
    unknown?.forget(attempt.attemptId);
    return entry;
  }

  function post(entry: Entry, signal: AttemptSignal): void {
    entry.mailbox.push(signal);
    // Effects may call back into here: what they post waits until the present step is done with.
    if (entry.stepping) return;
    entry.stepping = true;
    try {
      for (let next = entry.mailbox.shift(); next !== undefined; next = entry.mailbox.shift()) step(entry, next);
    } finally {
      entry.stepping = false;
    }
  }

  function step(entry: Entry, signal: AttemptSignal): void {
    const { attemptId } = entry.attempt;
    const before = entry.state;
    const taken = stepAttempt(before, signal);
    entry.state = taken.state;
    noteHalves(entry, before, signal, taken);
    deps.onStep?.(attemptId, signal, taken);
    if (taken.ignored) deps.onIgnored?.(before.phase, signal.type);
    for (const effect of taken.effects) perform(entry, effect);
    const outcome = outcomeNow(entry.state);
    if (outcome !== undefined) settleOutcome(entry, outcome);
  }

  /** The other half of an end has come: it says how long such halves are to be waited for. */
  function noteHalves(
    entry: Entry,
    before: AttemptState,
    signal: AttemptSignal,
    { state, ignored }: AttemptStep,
  ): void {
    const { awaitingEndSince } = entry;
    // How long dial2 outlives dial1 says nothing of how late events are.
    const isTalkOver = 'evidence' in before && before.evidence.journalEnded?.dialStatus === 'ANSWER';
    const isHalf = before.phase === 'awaiting_end' && !ignored && !isTalkOver && halves.has(signal.type);
    if (isHalf && awaitingEndSince !== undefined) finalEventWait.noteSkew(clock.now() - awaitingEndSince);
    if (state.phase !== 'awaiting_end') delete entry.awaitingEndSince;
    else entry.awaitingEndSince ??= clock.now();
  }

  function perform(entry: Entry, effect: AttemptEffect): void {
    const { attemptId } = entry.attempt;
    switch (effect.type) {
      case 'originate':
        originate(entry);
        return;
      case 'hang_up':
        pbx.hangUp(attemptId, channelOf(entry.state)).catch((error) => onFault(attemptId, 'hang_up', error));
        return;
      case 'reconcile':
        reconcile(entry);
        return;
      case 'arm':
        entry.cancelTimer();
        entry.cancelTimer = timers.start(waitOf(entry, effect.afterMs), () =>
          post(entry, { type: 'deadline', at: clock.now() }),
        );
        return;
      case 'progress':
        deps.onProgress?.(attemptId, effect.phase, effect.at, effect.uniqueId);
        return;
      case 'release':
        deps.onRelease?.(attemptId, effect.leg);
        return;
      case 'hold':
        deps.onHold?.(attemptId, effect.at);
        return;
      case 'conclude':
        conclude(entry, effect.evidence);
        return;
    }
  }

  function waitOf({ state }: Entry, atLeastMs: number): number {
    return state.phase === 'awaiting_end' ? finalEventWait.waitMs(atLeastMs) : atLeastMs;
  }

  function originate(entry: Entry): void {
    const { order } = entry;
    delete entry.order;
    if (order === undefined) throw new Error(`attempt ${entry.attempt.attemptId} has no order`);
    pbx.originate(order).then(
      (reply) => {
        // Accepted says nothing of the phones, and unanswered may be ringing: events or the reconciliation tell.
        if (reply.type === 'accepted' || reply.type === 'unanswered') return;
        const notSent = reply.type === 'not_sent' && { notSent: reply.code };
        postIfWatched(entry, { type: 'refused', at: clock.now(), message: reply.message, ...notSent });
      },
      // It may have been sent: never said to be refused.
      (error) => onFault(entry.attempt.attemptId, 'originate', error),
    );
  }

  function reconcile(entry: Entry): void {
    const { attemptId, slot, pbxStartedAt } = entry.attempt;
    if (reconciling.has(attemptId)) return;
    reconciling.add(attemptId);
    void limitReconciliations(async () => {
      try {
        if (entries.get(attemptId) !== entry) return;
        const finding = await pbx.reconcile({ attemptId, slot, pbxStartedAt, ...channelsOf(entry.state) });
        if (finding !== undefined) postIfWatched(entry, finding);
      } catch (error) {
        onFault(attemptId, 'reconcile', error);
      } finally {
        reconciling.delete(attemptId);
      }
    });
  }

  function conclude(entry: Entry, evidence: Evidence): void {
    const { attemptId } = entry.attempt;
    entry.cancelTimer();
    entries.delete(attemptId);
    concluded.add(attemptId);
    if (evidence.originateFailed !== undefined && evidence.dial1Hangup === undefined) withoutHangup.add(attemptId);
    settleOutcome(entry, 'ended');
    deps.onConclude(attemptId, evidence);
  }

  function settleOutcome(entry: Entry, outcome: WatchedDial1): void {
    for (const resolve of entry.outcomeWaiters.splice(0)) resolve(outcome);
  }

  function postIfWatched(entry: Entry, signal: AttemptSignal): void {
    if (entries.get(entry.attempt.attemptId) === entry) post(entry, signal);
  }

  const unknown =
    deps.onUnknown &&
    createUnknownAttempts<AdoptedAttempt>({
      ask: deps.onUnknown,
      onKnown: (attempt, signals) => {
        if (concluded.has(attempt.attemptId)) return;
        const entry = entries.get(attempt.attemptId) ?? takeOver(attempt, { reconcileNow: false });
        for (const signal of signals) postIfWatched(entry, signal);
      },
      onFault: (attemptId, error) => onFault(attemptId, 'adopt', error),
      limit: limits.unknownLimit,
      signalLimit: limits.unknownSignalLimit,
      recentLimit: limits.recentLimit,
    });

  const onSignal = (attemptId: AttemptId, signal: AttemptSignal): void => {
    const entry = entries.get(attemptId);
    if (entry !== undefined) post(entry, signal);
    else if (concluded.has(attemptId)) {
      if (signal.type === 'dial1_ended' && withoutHangup.has(attemptId)) finalEventWait.noteTooLate();
      deps.onIgnored?.('ended', signal.type);
    } else unknown?.offer(attemptId, signal);
  };

  /**
   * `reconcileNow: false` for an attempt whose events are coming in: they tell by themselves, and if they do not, the machine's
   * timer asks. It saves two actions for every call that somebody else dials.
   */
  function takeOver(attempt: AdoptedAttempt, { reconcileNow }: { readonly reconcileNow: boolean }): Entry {
    const entry = take(attempt);
    const signal: AttemptSignal = { type: 'adopt', at: clock.now(), originatedAt: attempt.originatedAt };
    const taken = stepAttempt(entry.state, signal);
    entry.state = taken.state;
    deps.onStep?.(attempt.attemptId, signal, taken);
    for (const effect of taken.effects) if (reconcileNow || effect.type !== 'reconcile') perform(entry, effect);
    return entry;
  }

  const onDown = (): void => {
    const at = clock.now();
    unknown?.offerAll({ type: 'link_lost', at });
    for (const entry of [...entries.values()]) post(entry, { type: 'link_lost', at });
  };

  /** Events while the link was down are gone. */
  const onUp = (): void => {
    for (const entry of [...entries.values()]) reconcile(entry);
  };

  pbx.on('signal', onSignal);
  pbx.on('down', onDown);
  pbx.on('up', onUp);

  return {
    originate: (attempt, order) => {
      const { attemptId } = attempt;
      if (stopped) throw new Error('the watch has stopped');
      if (entries.has(attemptId) || concluded.has(attemptId))
        throw new Error(`attempt ${attemptId} was taken on before`);
      post(take(attempt, order), { type: 'start', at: clock.now() });
    },
    adopt: (attempt) => {
      if (!stopped && !entries.has(attempt.attemptId)) takeOver(attempt, { reconcileNow: true });
    },
    cancel: (attemptId) => {
      const entry = entries.get(attemptId);
      if (entry !== undefined) post(entry, { type: 'cancel', at: clock.now() });
      return entry !== undefined;
    },
    dial1Outcome: (attemptId) => {
      const entry = entries.get(attemptId);
      if (entry === undefined) return Promise.resolve(concluded.has(attemptId) ? 'ended' : 'unknown-here');
      const outcome = outcomeNow(entry.state);
      return outcome === undefined
        ? new Promise((resolve) => entry.outcomeWaiters.push(resolve))
        : Promise.resolve(outcome);
    },
    has: (attemptId) => entries.has(attemptId),
    get size() {
      return entries.size;
    },
    stop: () => {
      stopped = true;
      pbx.off('signal', onSignal);
      pbx.off('down', onDown);
      pbx.off('up', onUp);
      limitReconciliations.clearQueue();
      unknown?.stop();
      for (const entry of entries.values()) {
        entry.cancelTimer();
        settleOutcome(entry, 'unknown-here');
      }
      entries.clear();
    },
  };
}

/** The channels that a reconciliation is about, where they are others than the one that was originated. */
function channelsOf(state: AttemptState): Pick<ReconcileQuestion, 'dial1' | 'dial2'> {
  if (!('evidence' in state)) return {};
  const { dial1ReplacedBy, journalEnded } = state.evidence;
  return {
    ...(dial1ReplacedBy && { dial1: dial1ReplacedBy.uniqueId }),
    ...(state.phase === 'following' && journalEnded?.dial2UniqueId && { dial2: journalEnded.dial2UniqueId }),
  };
}

/** The one to hang up, so that nothing of the attempt is left; undefined: the one that was originated. */
function channelOf(state: AttemptState): string | undefined {
  if (!('evidence' in state)) return undefined;
  const { dial1ReplacedBy, journalEnded } = state.evidence;
  return journalEnded === undefined ? dial1ReplacedBy?.uniqueId : journalEnded.dial2UniqueId;
}

/** What is known of dial1 while its attempt is watched; undefined: wait. */
function outcomeNow(state: AttemptState): WatchedDial1 | undefined {
  if ('evidence' in state && state.evidence.dial1AnsweredAt !== undefined) return 'answered';
  return state.phase === 'detached' ? 'unknown-here' : undefined;
}
