import { assertNever } from '../assert-never.ts';
import type { AttemptId, CallId } from '../ids.ts';
import type { Outcome } from '../outcome/outcome.ts';
import { decideRetry, type EndedAttempt, type StopReason } from '../retry/retry.ts';
import type { CallRequest } from './request.ts';

/**
 * The call machine: one request, over all its attempts. Pure; every write of its result is compare-and-set.
 *
 * C1  A call that has ended never changes again.
 * C2  At most one attempt is planned or in flight at a time.
 * C3  An attempt settles the call once: an outcome of any attempt but the one being dialled is ignored.
 * C4  A deferral uses up no attempt.
 */
export type CallState =
  /**
   * Its first attempt is due later. The API moves a call here whose `notBefore` lies ahead; so does the dialer when a
   * gate defers it. When its job comes due, the dialer moves it on, by way of `queued`.
   */
  | ({ readonly status: 'scheduled' } & Planned)
  /**
   * Its attempt is due: it waits in the queue, or at the gates. The API moves a call here that is due at once; the
   * dialer moves the others. The dialer moves it on to `dialing` with the claim. It moves it to `scheduled` or
   * `waiting` when a gate defers it, to an end when one forbids it. If a PBX or a permit is missing, it stays here, and
   * the gates check it again at `nextGateCheckAt`.
   */
  | ({ readonly status: 'queued' } & Planned)
  /**
   * A retry is due later. The results process moves it here when it settles an attempt that the retry policy repeats.
   * So does the dialer when a gate defers a retry. When its job comes due, the dialer moves it on, by way of `queued`.
   */
  | ({ readonly status: 'waiting' } & Planned)
  /**
   * An attempt is in flight. The dialer moves it here by the claim. The results process moves it away when it settles
   * the attempt: to `waiting` or to an end. A cancellation only notes `cancelRequestedAt`: the attempt ends first.
   */
  | {
      readonly status: 'dialing';
      readonly attemptId: AttemptId;
      readonly attemptNumber: number;
      readonly startedAt: number;
      readonly cancelRequestedAt?: number;
    }
  /** Nothing moves it away. */
  | { readonly status: EndedCallStatus; readonly endedAt: number; readonly reason: string };

/**
 * completed  both sides talked, or dial1 had answered and the policy stops there. By the results process.
 * exhausted  the last attempt failed, and no retry, network budget or repetition is left. By the results process.
 * failed     another attempt cannot help. By the results process, or by the dialer where Asterisk cannot be sent the
 *            Originate.
 * canceled   by the API while an attempt is planned, or by the results process when the canceled attempt has ended.
 * expired    its time is over. By the dialer at the gates, or by the results process where the next attempt would come
 *            too late.
 * blocked    a rule forbids it. By the dialer at the gates.
 * unknown    it cannot be known whether dial1 answered. By the results process.
 */
export const endedCallStatuses = [
  'completed',
  'exhausted',
  'failed',
  'canceled',
  'expired',
  'blocked',
  'unknown',
] as const;
export type EndedCallStatus = (typeof endedCallStatuses)[number];
/** Calls that are accepted and have not ended. */
export const openCallStatuses = ['scheduled', 'queued', 'dialing', 'waiting'] as const;
export const callStatuses = [...openCallStatuses, ...endedCallStatuses] as const;
export type CallStatus = (typeof callStatuses)[number];

interface Planned {
  readonly attemptId: AttemptId;
  /** 1 for the first. */
  readonly attemptNumber: number;
  /**
   * When the attempt is due. A rule that defers a call moves this time. A missing PBX or permit does not: the call is
   * late.
   */
  readonly dueAt: number;
  /** The call is late. At this instant the gates check it again. */
  readonly nextGateCheckAt?: number;
}

/** The last gate decision that did not allow the call: the reason why it is not dialled yet. */
interface GateNote {
  readonly gate: string;
  readonly decision: 'defer' | 'block';
  readonly reason: string;
  readonly at: number;
  /** When the call is tried again. Absent for `block`. */
  readonly until?: number;
}

export interface Call {
  readonly id: CallId;
  readonly tenantId: string;
  readonly dialect: string;
  /** The client's own reference, or one that Redial made. */
  readonly reference: string;
  readonly request: CallRequest;
  readonly acceptedAt: number;
  readonly state: CallState;
  /** Ended attempts, oldest first. */
  readonly history: readonly EndedAttempt[];
  readonly gateNote?: GateNote;
  /**
   * `request.notBeforeAt` as the client first gave it, where the call was moved since. It identifies a repeated
   * request.
   */
  readonly firstNotBeforeAt?: number;
}

export type CallSignal =
  /** A dialer has taken the attempt's job. */
  | { readonly type: 'due'; readonly attemptId: AttemptId; readonly at: number }
  /** Every gate allows the call. The claim follows. */
  | { readonly type: 'dial'; readonly attemptId: AttemptId; readonly at: number }
  | {
      readonly type: 'defer';
      readonly attemptId: AttemptId;
      readonly at: number;
      readonly until: number;
      readonly gate: string;
      readonly reason: string;
      /** True: the call is due, and something that it needs is missing. False: a rule moves its time. */
      readonly late: boolean;
    }
  | {
      readonly type: 'block';
      readonly attemptId: AttemptId;
      readonly at: number;
      readonly gate: string;
      readonly reason: string;
    }
  /** `reason`: why the call was not dialled in time. By default: its time is over. */
  | { readonly type: 'expire'; readonly attemptId: AttemptId; readonly at: number; readonly reason?: string }
  /** The call can never be dialled as it is: no Originate can express it. */
  | { readonly type: 'fail'; readonly attemptId: AttemptId; readonly at: number; readonly reason: string }
  /** `reason`: why a call that was not dialled yet ends. By default: it was canceled. */
  | { readonly type: 'cancel'; readonly at: number; readonly reason?: string }
  | { readonly type: 'reschedule'; readonly at: number; readonly dueAt: number; readonly expiresAt?: number | null }
  | {
      readonly type: 'settle';
      readonly attemptId: AttemptId;
      readonly at: number;
      readonly outcome: Outcome;
      /** The id of the next attempt, if there is one. It is made outside the core, which has no randomness. */
      readonly nextAttemptId: AttemptId;
    };
export type CallSignalType = CallSignal['type'];

export type CallEffect =
  /** Put the attempt's `dial` job on the queue, due at `dueAt`. */
  | { readonly type: 'enqueue'; readonly attemptId: AttemptId; readonly attemptNumber: number; readonly dueAt: number }
  /** Move the attempt's job to another time. */
  | { readonly type: 'move'; readonly attemptId: AttemptId; readonly dueAt: number }
  /** Take the attempt's job off the queue. */
  | { readonly type: 'dequeue'; readonly attemptId: AttemptId }
  | { readonly type: 'hang_up'; readonly attemptId: AttemptId };

export interface CallStep {
  readonly call: Call;
  readonly effects: readonly CallEffect[];
  readonly ignored: boolean;
}

export interface Acceptance {
  readonly id: CallId;
  readonly attemptId: AttemptId;
  readonly tenantId: string;
  readonly dialect: string;
  readonly reference: string;
  readonly request: CallRequest;
  readonly at: number;
}

/** A request becomes a call. */
export function acceptCall({ id, attemptId, tenantId, dialect, reference, request, at }: Acceptance): CallStep {
  const dueAt = Math.max(request.notBeforeAt ?? at, at);
  const planned = { attemptId, attemptNumber: 1, dueAt };
  const call: Call = {
    id,
    tenantId,
    dialect,
    reference,
    request,
    acceptedAt: at,
    state: { status: dueAt > at ? 'scheduled' : 'queued', ...planned },
    history: [],
  };
  return { call, effects: [{ type: 'enqueue', ...planned }], ignored: false };
}

/** One signal → the call as it is now, and the effects. */
export function stepCall(call: Call, signal: CallSignal): CallStep {
  switch (call.state.status) {
    case 'scheduled':
    case 'queued':
    case 'waiting':
      return stepPlanned(call, call.state, signal);
    case 'dialing':
      return stepDialing(call, call.state, signal);
    default:
      return ignore(call);
  }
}

type DialingState = Extract<CallState, { status: 'dialing' }>;

function stepPlanned(call: Call, state: PlannedCallState, signal: CallSignal): CallStep {
  switch (signal.type) {
    case 'cancel':
      return ended(call, 'canceled', signal.at, signal.reason ?? canceledWhilePlanned(call), [
        { type: 'dequeue', attemptId: state.attemptId },
      ]);
    case 'reschedule':
      return rescheduled(call, state, signal);
    case 'settle':
      return ignore(call);
    default:
      return signal.attemptId === state.attemptId ? stepAtGates(call, state, signal) : ignore(call);
  }
}

type GateSignal = Extract<CallSignal, { type: 'due' | 'dial' | 'defer' | 'block' | 'expire' | 'fail' }>;

function stepAtGates(call: Call, state: PlannedCallState, signal: GateSignal): CallStep {
  const { attemptId, attemptNumber } = state;
  const { at } = signal;
  switch (signal.type) {
    case 'due':
      return state.status === 'queued' ? ignore(call) : moved({ ...call, state: { ...state, status: 'queued' } }, []);
    case 'dial': {
      const { gateNote: _outdated, ...rest } = call;
      return moved({ ...rest, state: { status: 'dialing', attemptId, attemptNumber, startedAt: at } }, []);
    }
    case 'defer': {
      const { gate, reason, until, late } = signal;
      const planned = { attemptId, attemptNumber };
      const later = attemptNumber === 1 ? 'scheduled' : 'waiting';
      return moved(
        {
          ...call,
          state: late
            ? { status: 'queued', ...planned, dueAt: state.dueAt, nextGateCheckAt: until }
            : { status: later, ...planned, dueAt: until },
          gateNote: { gate, decision: 'defer', reason, at, until },
        },
        [{ type: 'move', attemptId, dueAt: until }],
      );
    }
    case 'block': {
      const { gate, reason } = signal;
      return ended({ ...call, gateNote: { gate, decision: 'block', reason, at } }, 'blocked', at, reason, []);
    }
    case 'fail':
      return ended(call, 'failed', at, signal.reason, []);
    case 'expire':
      return ended(
        call,
        'expired',
        at,
        `${signal.reason ?? 'its time was over before it could be dialled'}${afterLast(call)}`,
        [],
      );
    default:
      return assertNever(signal);
  }
}

function rescheduled(
  call: Call,
  state: PlannedCallState,
  signal: Extract<CallSignal, { type: 'reschedule' }>,
): CallStep {
  const { attemptId, attemptNumber } = state;
  const dueAt = Math.max(signal.dueAt, signal.at);
  const later = attemptNumber === 1 ? 'scheduled' : 'waiting';
  const { gateNote: _outdated, ...rest } = call;
  const { expiresAt: before, ...request } = call.request;
  const firstNotBeforeAt = call.firstNotBeforeAt ?? request.notBeforeAt;
  const expiresAt = signal.expiresAt === undefined ? before : (signal.expiresAt ?? undefined);
  return moved(
    {
      ...rest,
      ...(firstNotBeforeAt !== undefined && { firstNotBeforeAt }),
      request: { ...request, notBeforeAt: dueAt, ...(expiresAt !== undefined && { expiresAt }) },
      state: { status: dueAt > signal.at ? later : 'queued', attemptId, attemptNumber, dueAt },
    },
    [{ type: 'move', attemptId, dueAt }],
  );
}

function stepDialing(call: Call, state: DialingState, signal: CallSignal): CallStep {
  switch (signal.type) {
    case 'cancel':
      if (state.cancelRequestedAt !== undefined) return ignore(call);
      return moved({ ...call, state: { ...state, cancelRequestedAt: signal.at } }, [
        { type: 'hang_up', attemptId: state.attemptId },
      ]);
    case 'settle':
      return signal.attemptId === state.attemptId ? settled(call, state, signal) : ignore(call);
    default:
      return ignore(call);
  }
}

function settled(call: Call, state: DialingState, signal: Extract<CallSignal, { type: 'settle' }>): CallStep {
  const { outcome, at } = signal;
  const attempt: EndedAttempt = {
    attemptId: state.attemptId,
    disposition: outcome.disposition,
    ...(outcome.notSentCode !== undefined && { notSentCode: outcome.notSentCode }),
    connected: outcome.connected,
    dial1Answered: outcome.dial1.disposition === 'answered',
    endedAt: outcome.endedAt,
  };
  const next: Call = { ...call, history: [...call.history, attempt] };
  if (state.cancelRequestedAt !== undefined && !(outcome.connected && outcome.endedBy !== 'redial')) {
    return ended(next, 'canceled', at, canceledInFlight(next, outcome), []);
  }
  const { retryPolicy: policy, expiresAt } = call.request;
  const decision = decideRetry({ policy, history: next.history, now: at, expiresAt });
  if (decision.type === 'stop')
    return ended(next, statusOfStop[decision.reason], at, reasonOfStop(decision.reason, next), []);
  const planned = { attemptId: signal.nextAttemptId, attemptNumber: state.attemptNumber + 1, dueAt: decision.at };
  return moved({ ...next, state: { status: 'waiting', ...planned } }, [{ type: 'enqueue', ...planned }]);
}

/** The last attempt that a phone may have received: an attempt that Redial did not send does not count. */
function lastSent({ history }: Call): EndedAttempt | undefined {
  return history.findLast(({ disposition }) => disposition !== 'not_sent');
}

function afterLast(call: Call): string {
  const last = lastSent(call);
  return last === undefined ? '' : `; the last attempt was ${last.disposition}`;
}

function canceledWhilePlanned(call: Call): string {
  const last = lastSent(call);
  return last === undefined
    ? 'canceled before it was dialled'
    : `canceled before its next attempt; the last one was ${last.disposition}`;
}

/** The attempt that has just ended is the last of the history. */
function canceledInFlight(call: Call, { connected, disposition }: Outcome): string {
  if (connected) return 'canceled while talking';
  return disposition === 'not_sent' ? canceledWhilePlanned(call) : 'canceled while dialing';
}

/** A call also ends as `expired` where its next attempt would come after its end. That has a reason of its own. */
function reasonOfStop(reason: StopReason, call: Call): string {
  if (reason !== 'expired') return reason;
  return `the next attempt would be after expiresAt; the last one was ${call.history.at(-1)?.disposition}`;
}

const statusOfStop: Readonly<Record<StopReason, EndedCallStatus>> = {
  connected: 'completed',
  dial1_answered: 'completed',
  retries_used_up: 'exhausted',
  network_budget_used_up: 'exhausted',
  not_sent_too_often: 'exhausted',
  permanent: 'failed',
  unknown: 'unknown',
  canceled: 'canceled',
  expired: 'expired',
};

type PlannedCallState = Extract<CallState, Planned>;

/** An attempt of the call is planned: it is scheduled, queued or waiting. */
export function isPlanned(state: CallState): state is PlannedCallState {
  return 'dueAt' in state;
}

export function isEnded(state: CallState): state is Extract<CallState, { status: EndedCallStatus }> {
  return (endedCallStatuses as readonly string[]).includes(state.status);
}

function ended(call: Call, status: EndedCallStatus, endedAt: number, reason: string, effects: CallEffect[]): CallStep {
  return moved({ ...call, state: { status, endedAt, reason } }, effects);
}

function moved(call: Call, effects: readonly CallEffect[]): CallStep {
  return { call, effects, ignored: false };
}

function ignore(call: Call): CallStep {
  return { call, effects: [], ignored: true };
}
