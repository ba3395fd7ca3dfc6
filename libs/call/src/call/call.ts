import type { AttemptId, CallId } from '../ids.ts';
import type { Outcome } from '../outcome/outcome.ts';
import { decideRetry, type EndedAttempt, type StopReason } from '../retry/retry.ts';
import type { CallRequest } from './request.ts';

/**
 * The call machine: one request, over all its attempts. Pure; whoever steps it writes the result compare-and-set.
 *
 * C1  A call that has ended never changes again.
 * C2  At most one attempt is planned or under way at a time.
 * C3  An attempt settles the call once: an outcome of any attempt but the one being dialled is ignored.
 * C4  A deferral uses up no attempt.
 */
export type CallState =
  /** Its first attempt is due later. */
  | ({ readonly status: 'scheduled' } & Planned)
  /** Its attempt is due: in the queue, or at the gates. */
  | ({ readonly status: 'queued' } & Planned)
  /** A retry is due later. */
  | ({ readonly status: 'waiting' } & Planned)
  /** An attempt is under way. */
  | {
      readonly status: 'dialing';
      readonly attemptId: AttemptId;
      readonly attemptNumber: number;
      readonly startedAt: number;
      readonly cancelRequestedAt?: number;
    }
  | { readonly status: EndedCallStatus; readonly endedAt: number; readonly reason: string };

/** completed: it did its work · exhausted: no retry left · failed: trying again cannot help · canceled · expired: its time is over ·
 *  blocked: a rule forbids it · unknown: nobody can know whether it was answered. */
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
/** Of calls that are accepted and have not ended. */
export const openCallStatuses = ['scheduled', 'queued', 'dialing', 'waiting'] as const;
export const callStatuses = [...openCallStatuses, ...endedCallStatuses] as const;
export type CallStatus = (typeof callStatuses)[number];

interface Planned {
  readonly attemptId: AttemptId;
  /** 1 for the first. */
  readonly attemptNumber: number;
  /** When it is to be dialled. What a rule puts off is due later; what a missing PBX or trunk place puts off is late. */
  readonly dueAt: number;
  /** It is late, and the gates are asked again at this instant. */
  readonly askAgainAt?: number;
}

/** The last answer of the gates that was not `pass`: why the call has not been dialled yet. */
export interface GateNote {
  readonly gate: string;
  readonly decision: 'defer' | 'block';
  readonly reason: string;
  readonly at: number;
  /** When it is tried again; absent for `block`. */
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
  /** `request.notBeforeAt` as the client gave it first, where the call was moved since: by it a repetition of the request is known. */
  readonly firstNotBeforeAt?: number;
}

export type CallSignal =
  /** A dialer took the attempt's job. */
  | { readonly type: 'due'; readonly attemptId: AttemptId; readonly at: number }
  /** Every gate passed; the claim is being taken. */
  | { readonly type: 'dial'; readonly attemptId: AttemptId; readonly at: number }
  | {
      readonly type: 'defer';
      readonly attemptId: AttemptId;
      readonly at: number;
      readonly until: number;
      readonly gate: string;
      readonly reason: string;
      /** It should have been dialled, and something that is needed for it is missing; false: a rule moves its time. */
      readonly late: boolean;
    }
  | {
      readonly type: 'block';
      readonly attemptId: AttemptId;
      readonly at: number;
      readonly gate: string;
      readonly reason: string;
    }
  /** `reason`: why it could not be dialled in its time; by default, that its time is over. */
  | { readonly type: 'expire'; readonly attemptId: AttemptId; readonly at: number; readonly reason?: string }
  /** It can never be dialled as it is: Asterisk could not be told to. */
  | { readonly type: 'fail'; readonly attemptId: AttemptId; readonly at: number; readonly reason: string }
  /** `reason`: why a call that was not dialled yet ends; by default, that it was canceled before. */
  | { readonly type: 'cancel'; readonly at: number; readonly reason?: string }
  | { readonly type: 'reschedule'; readonly at: number; readonly dueAt: number; readonly expiresAt?: number | null }
  | {
      readonly type: 'settle';
      readonly attemptId: AttemptId;
      readonly at: number;
      readonly outcome: Outcome;
      /** Used if there is a next attempt; made outside, where randomness lives. */
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

/** One signal → the call as it is now, and what to do. */
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

type PlannedState = Extract<CallState, Planned>;
type DialingState = Extract<CallState, { status: 'dialing' }>;

function stepPlanned(call: Call, state: PlannedState, signal: CallSignal): CallStep {
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

function stepAtGates(call: Call, state: PlannedState, signal: GateSignal): CallStep {
  const { attemptId, attemptNumber } = state;
  const { at } = signal;
  switch (signal.type) {
    case 'due':
      return state.status === 'queued' ? ignore(call) : moved({ ...call, state: { ...state, status: 'queued' } }, []);
    case 'dial': {
      const { gateNote: _passed, ...rest } = call;
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
            ? { status: 'queued', ...planned, dueAt: state.dueAt, askAgainAt: until }
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
      return unreachable(signal);
  }
}

function rescheduled(call: Call, state: PlannedState, signal: Extract<CallSignal, { type: 'reschedule' }>): CallStep {
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

/** Has a phone heard of it? What Redial did not send, none has. */
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

/** A call whose time is not over yet ends as `expired` where its next attempt would come too late: that is another thing to hear. */
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

function unreachable(signal: never): never {
  throw new TypeError(`no such signal: ${JSON.stringify(signal)}`);
}
