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
 * Runs the attempt machine for the attempts of one PBX: it carries signals in and effects out.
 *
 * W1  `originate` sends one Originate, and only for an attempt this watch has never seen. `adopt` never sends one.
 * W2  Signals of one attempt are stepped one after the other. Effects are performed after the step, and their results
 *     are signals like any other.
 * W3  One `onConclude` for each attempt of this watch. Then the attempt, its timer and its order are dropped.
 * W4  A signal for an attempt that has concluded here does not revive it (`recentLimit`); an explicit `adopt` does.
 * W5  The wait for the rest of an attempt's end is longer while this PBX has lately been slow to report it.
 * W6  The memory for attempts that it does not know is bounded.
 */
export interface AttemptWatch {
  /** Dials. The caller must have taken the claim just now. */
  originate(attempt: WatchedAttempt, order: OriginateOrder): void;
  /** Takes over an attempt that is under way. Does nothing where it is watched already. */
  adopt(attempt: AdoptedAttempt): void;
  /** Requests the end. False: the attempt is not watched here. */
  cancel(attemptId: AttemptId): boolean;
  /**
   * Resolves when dial1 has answered, or the attempt has ended. `unknown-here`: the attempt is not watched here, or the
   * PBX cannot be reached now. The watch goes on, but a waiting client must not wait for as long as a link may be down.
   */
  dial1Outcome(attemptId: AttemptId): Promise<WatchedDial1>;
  has(attemptId: AttemptId): boolean;
  readonly size: number;
  /**
   * Drops every attempt without concluding it: another observer concludes it. Awaited outcomes become `unknown-here`.
   */
  stop(): void;
}

export type ProgressPhase = Extract<AttemptEffect, { type: 'progress' }>['phase'];

export type WatchedDial1 = 'answered' | 'ended' | 'unknown-here';

interface WatchedAttempt {
  readonly attemptId: AttemptId;
  readonly plan: AttemptPlan;
  readonly slot: number;
  /** The PBX's start time at the claim. */
  readonly pbxStartedAt: string;
}

export interface AdoptedAttempt extends WatchedAttempt {
  readonly originatedAt: number;
}

export interface AttemptWatchPorts {
  readonly pbx: Pbx;
  readonly clock?: Clock;
  readonly timers?: Timers;
  readonly onConclude: (attemptId: AttemptId, evidence: Evidence) => void;
  /** `uniqueId`: dial2's, with `dial2_created`. */
  readonly onProgress?: (attemptId: AttemptId, phase: ProgressPhase, at: number, uniqueId?: string) => void;
  /**
   * The last channel of this leg has ended, and the other leg goes on. It is repeated; a lost one holds permits for a
   * while.
   */
  readonly onRelease?: (attemptId: AttemptId, leg: 'dial1' | 'dial2') => void;
  /** The attempt outlasts its limits, and one of its channels was seen to live. */
  readonly onExtendPermits?: (attemptId: AttemptId, at: number) => void;
  /** A signal that did not apply, for the metric. */
  readonly onIgnored?: (phase: AttemptPhase, signalType: AttemptSignal['type']) => void;
  /** Every step, for tests and traces. */
  readonly onStep?: (attemptId: AttemptId, signal: AttemptSignal, step: AttemptStep) => void;
  /**
   * A signal of an attempt that this watch does not know. An observer of all attempts returns the attempt's record, or
   * undefined where it is not open. Signals that come meanwhile are kept. Absent: such signals are dropped.
   */
  readonly onUnknown?: (attemptId: AttemptId, signal: AttemptSignal) => Promise<AdoptedAttempt | undefined>;
  /** A bug: a port or `onUnknown` threw. The attempt goes on, or is queried again. Nothing else reports the fault. */
  readonly onFault: (
    attemptId: AttemptId,
    doing: 'originate' | 'hang_up' | 'reconcile' | 'adopt',
    error: unknown,
  ) => void;
  readonly limits?: Partial<AttemptWatchLimits>;
}

interface AttemptWatchLimits {
  readonly reconciliationsAtOnce: number;
  /** Attempts that have concluded, or are known not to be Redial's. */
  readonly recentLimit: number;
  /** How many attempts `onUnknown` may read at once, and how many signals are kept for each. */
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
  /** A final event has come. Since this instant, the other one is awaited. */
  awaitingEndSince?: number;
  stepping: boolean;
  cancelTimer: () => void;
  readonly outcomeWaiters: ((outcome: WatchedDial1) => void)[];
}

/**
 * The events with which Asterisk reports an end. The journal's entry is not one: it also comes from a reconciliation
 * after an outage, and does not show how late events are.
 */
const finalEvents: ReadonlySet<AttemptSignal['type']> = new Set(['originate_failed', 'dial1_ended', 'dial2_ended']);

export function createAttemptWatch(ports: AttemptWatchPorts): AttemptWatch {
  const { pbx, clock = systemClock, timers = systemTimers, onFault } = ports;
  const limits = { ...defaultLimits, ...ports.limits };
  const entries = new Map<AttemptId, Entry>();
  const concluded = createRecentIds<AttemptId>(limits.recentLimit);
  /** Those of them of which only OriginateResponse had come. */
  const withoutHangup = createRecentIds<AttemptId>(limits.recentLimit);
  const finalEventWait = createFinalEventWait(() => clock.now());
  const limitReconciliations = pLimit(limits.reconciliationsAtOnce);
  /** Attempts that are being reconciled, or will be. */
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
    // Effects may call back into this function. Their signals wait until the present step is done.
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
    noteFinalEvent(entry, before, signal, taken);
    ports.onStep?.(attemptId, signal, taken);
    if (taken.ignored) ports.onIgnored?.(before.phase, signal.type);
    for (const effect of taken.effects) perform(entry, effect);
    const outcome = outcomeNow(entry.state);
    if (outcome !== undefined) resolveOutcome(entry, outcome);
  }

  /** The second final event of an attempt has come: its delay shows how long to wait for such events. */
  function noteFinalEvent(
    entry: Entry,
    before: AttemptState,
    signal: AttemptSignal,
    { state, ignored }: AttemptStep,
  ): void {
    const { awaitingEndSince } = entry;
    // How long dial2 outlives dial1 does not show how late events are.
    const isTalkOver = 'evidence' in before && before.evidence.journalEnded?.dialStatus === 'ANSWER';
    const isFinalEvent = before.phase === 'awaiting_end' && !ignored && !isTalkOver && finalEvents.has(signal.type);
    if (isFinalEvent && awaitingEndSince !== undefined) finalEventWait.noteSkew(clock.now() - awaitingEndSince);
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
        ports.onProgress?.(attemptId, effect.phase, effect.at, effect.uniqueId);
        return;
      case 'release':
        ports.onRelease?.(attemptId, effect.leg);
        return;
      case 'extend_permits':
        ports.onExtendPermits?.(attemptId, effect.at);
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
        // After either answer, phones may ring: events or the reconciliation show it.
        if (reply.type === 'accepted' || reply.type === 'unanswered') return;
        const notSent = reply.type === 'not_sent' && { notSent: reply.code };
        postIfWatched(entry, { type: 'refused', at: clock.now(), message: reply.message, ...notSent });
      },
      // It may have been sent, so it never counts as refused.
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
    resolveOutcome(entry, 'ended');
    ports.onConclude(attemptId, evidence);
  }

  function resolveOutcome(entry: Entry, outcome: WatchedDial1): void {
    for (const resolve of entry.outcomeWaiters.splice(0)) resolve(outcome);
  }

  function postIfWatched(entry: Entry, signal: AttemptSignal): void {
    if (entries.get(entry.attempt.attemptId) === entry) post(entry, signal);
  }

  const unknown =
    ports.onUnknown &&
    createUnknownAttempts<AdoptedAttempt>({
      read: ports.onUnknown,
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
      ports.onIgnored?.('ended', signal.type);
    } else unknown?.offer(attemptId, signal);
  };

  /**
   * `reconcileNow: false` for an attempt whose events are coming in. If they stop, the machine's timer reconciles. This
   * saves two actions for every call that another process dials.
   */
  function takeOver(attempt: AdoptedAttempt, { reconcileNow }: { readonly reconcileNow: boolean }): Entry {
    const entry = take(attempt);
    const signal: AttemptSignal = { type: 'adopt', at: clock.now(), originatedAt: attempt.originatedAt };
    const taken = stepAttempt(entry.state, signal);
    entry.state = taken.state;
    ports.onStep?.(attempt.attemptId, signal, taken);
    for (const effect of taken.effects) if (reconcileNow || effect.type !== 'reconcile') perform(entry, effect);
    return entry;
  }

  const onDown = (): void => {
    const at = clock.now();
    unknown?.offerAll({ type: 'link_lost', at });
    for (const entry of [...entries.values()]) post(entry, { type: 'link_lost', at });
  };

  /** The events of the time when the link was down are lost. */
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
        resolveOutcome(entry, 'unknown-here');
      }
      entries.clear();
    },
  };
}

/** The channels that a reconciliation looks for, where they are not the originated one. */
function channelsOf(state: AttemptState): Pick<ReconcileQuestion, 'dial1' | 'dial2'> {
  if (!('evidence' in state)) return {};
  const { dial1ReplacedBy, journalEnded } = state.evidence;
  return {
    ...(dial1ReplacedBy && { dial1: dial1ReplacedBy.uniqueId }),
    ...(state.phase === 'following' && journalEnded?.dial2UniqueId && { dial2: journalEnded.dial2UniqueId }),
  };
}

/** The channel to hang up, so that nothing of the attempt is left. Undefined: the originated one. */
function channelOf(state: AttemptState): string | undefined {
  if (!('evidence' in state)) return undefined;
  const { dial1ReplacedBy, journalEnded } = state.evidence;
  return journalEnded === undefined ? dial1ReplacedBy?.uniqueId : journalEnded.dial2UniqueId;
}

/** dial1's result while its attempt is watched. Undefined: wait. */
function outcomeNow(state: AttemptState): WatchedDial1 | undefined {
  if ('evidence' in state && state.evidence.dial1AnsweredAt !== undefined) return 'answered';
  return state.phase === 'detached' ? 'unknown-here' : undefined;
}
