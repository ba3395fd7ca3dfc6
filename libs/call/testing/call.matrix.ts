import {
  type Call,
  type CallEffect,
  type CallSignal,
  type CallSignalType,
  type CallState,
  type CallStatus,
  endedCallStatuses,
} from '../src/call/call.ts';
import type { EndedAttempt } from '../src/retry/retry.ts';
import { attemptId, callOf, outcomeOfLegs, policyOf } from './builders.ts';
import type { Cell } from './matrix.ts';

/** When the samples' signals come. */
export const at = 10_000_000;
const current = attemptId(7);
const another = attemptId(3);
const next = attemptId(8);

const busyBefore = (n: number): EndedAttempt => ({
  attemptId: attemptId(n),
  disposition: 'busy',
  connected: false,
  dial1Answered: false,
  endedAt: at - 600_000,
});

function call(
  state: CallState,
  history: readonly EndedAttempt[] = [],
  request: Parameters<typeof callOf>[0] = {},
): Call {
  const retryPolicy = policyOf({ maxRetries: 1, delaySeconds: 60 });
  return { ...callOf({ retryPolicy, ...request }), state, history };
}

const planned = (attemptNumber: number) => ({ attemptId: current, attemptNumber, dueAt: at + 5_000 });
const dialing = { status: 'dialing', attemptId: current, attemptNumber: 1, startedAt: at - 20_000 } as const;
const cancelRequested = { ...dialing, cancelRequestedAt: at - 1_000 } as const;

function endedSamples(): Record<(typeof endedCallStatuses)[number], Record<string, Call>> {
  const all = endedCallStatuses.map((status) => [status, { ended: call({ status, endedAt: at - 1, reason: status }) }]);
  return Object.fromEntries(all) as Record<(typeof endedCallStatuses)[number], Record<string, Call>>;
}

/** Calls of every status; several where details decide. */
export const samples = {
  scheduled: { scheduled: call({ status: 'scheduled', ...planned(1) }) },
  queued: {
    'first attempt': call({ status: 'queued', ...planned(1) }),
    retry: call({ status: 'queued', ...planned(2) }, [busyBefore(1)]),
  },
  waiting: { waiting: call({ status: 'waiting', ...planned(2) }, [busyBefore(1)]) },
  dialing: {
    'retry left': call(dialing),
    'no retry left': call({ ...dialing, attemptNumber: 2 }, [busyBefore(1)]),
    'about to expire': call(dialing, [], { expiresAt: at + 1_000 }),
    'cancel requested': call(cancelRequested),
  },
  ...endedSamples(),
} satisfies Record<CallStatus, Record<string, Call>>;

const settle = (
  disposition: Parameters<typeof outcomeOfLegs>[0],
  outcome: Parameters<typeof outcomeOfLegs>[1] = {},
): CallSignal => ({
  type: 'settle',
  attemptId: current,
  at,
  outcome: outcomeOfLegs(disposition, { endedAt: at, ...outcome }),
  nextAttemptId: next,
});

const gate = { at, gate: 'window', reason: 'outside the calling window' };

/** One signal of every type; several where details decide. */
export const signals = {
  due: { this: { type: 'due', attemptId: current, at }, another: { type: 'due', attemptId: another, at } },
  dial: { this: { type: 'dial', attemptId: current, at }, another: { type: 'dial', attemptId: another, at } },
  defer: {
    this: { type: 'defer', attemptId: current, until: at + 30_000, late: false, ...gate },
    'this, late': { type: 'defer', attemptId: current, until: at + 30_000, late: true, ...gate },
    another: { type: 'defer', attemptId: another, until: at + 30_000, late: false, ...gate },
  },
  block: {
    this: { type: 'block', attemptId: current, ...gate },
    another: { type: 'block', attemptId: another, ...gate },
  },
  expire: { this: { type: 'expire', attemptId: current, at }, another: { type: 'expire', attemptId: another, at } },
  fail: {
    this: { type: 'fail', attemptId: current, at, reason: 'it cannot be dialled' },
    another: { type: 'fail', attemptId: another, at, reason: 'it cannot be dialled' },
  },
  cancel: { any: { type: 'cancel', at } },
  reschedule: {
    later: { type: 'reschedule', at, dueAt: at + 90_000 },
    'now or before': { type: 'reschedule', at, dueAt: at - 90_000 },
  },
  settle: {
    connected: settle('answered'),
    'connected, ended by us': settle('answered', { endedBy: 'redial' }),
    callee: settle('busy'),
    network: settle('congestion'),
    permanent: settle('invalid_number'),
    canceled: settle('canceled', { endedBy: 'redial' }),
    unknown: settle('unknown'),
    'not sent': settle('not_sent', { notSentCode: 'late' }),
    'not sent, for a gate': settle('not_sent', { notSentCode: 'gate' }),
    'not sent, invalid': settle('not_sent', { notSentCode: 'invalid' }),
    'not sent, canceled': settle('not_sent', { notSentCode: 'canceled', endedBy: 'redial' }),
    'of another attempt': { ...settle('answered'), attemptId: another } as CallSignal,
  },
} satisfies Record<CallSignalType, Record<string, CallSignal>>;

const absorbed = {
  due: '-',
  dial: '-',
  defer: '-',
  block: '-',
  expire: '-',
  fail: '-',
  cancel: '-',
  reschedule: '-',
  settle: '-',
} satisfies Record<CallSignalType, Cell>;

/** The call machine: status × signal → status and effects. A missing cell does not compile. */
export const matrix = {
  scheduled: {
    due: { otherwise: 'queued', another: '-' },
    dial: { otherwise: 'dialing', another: '-' },
    defer: { otherwise: 'scheduled: move to +30s', 'this, late': 'queued: move to +30s', another: '-' },
    block: { otherwise: 'blocked', another: '-' },
    expire: { otherwise: 'expired', another: '-' },
    fail: { otherwise: 'failed', another: '-' },
    cancel: 'canceled: dequeue',
    reschedule: { otherwise: 'scheduled: move to +90s', 'now or before': 'queued: move to +0s' },
    settle: '-',
  },
  queued: {
    due: '-',
    dial: { otherwise: 'dialing', another: '-' },
    defer: {
      otherwise: 'scheduled: move to +30s',
      retry: 'waiting: move to +30s',
      'this, late': 'queued: move to +30s',
      another: '-',
    },
    block: { otherwise: 'blocked', another: '-' },
    expire: { otherwise: 'expired', another: '-' },
    fail: { otherwise: 'failed', another: '-' },
    cancel: 'canceled: dequeue',
    reschedule: {
      otherwise: 'scheduled: move to +90s',
      'now or before': 'queued: move to +0s',
      retry: 'waiting: move to +90s',
    },
    settle: '-',
  },
  waiting: {
    due: { otherwise: 'queued', another: '-' },
    dial: { otherwise: 'dialing', another: '-' },
    defer: { otherwise: 'waiting: move to +30s', 'this, late': 'queued: move to +30s', another: '-' },
    block: { otherwise: 'blocked', another: '-' },
    expire: { otherwise: 'expired', another: '-' },
    fail: { otherwise: 'failed', another: '-' },
    cancel: 'canceled: dequeue',
    reschedule: { otherwise: 'waiting: move to +90s', 'now or before': 'queued: move to +0s' },
    settle: '-',
  },
  dialing: {
    due: '-',
    dial: '-',
    defer: '-',
    block: '-',
    expire: '-',
    fail: '-',
    cancel: { otherwise: 'dialing: hang_up', 'cancel requested': '-' },
    reschedule: '-',
    settle: {
      otherwise: 'waiting: enqueue at +60s',
      connected: 'completed',
      'connected, ended by us': 'completed',
      network: 'waiting: enqueue within 17s',
      permanent: 'failed',
      canceled: 'canceled',
      unknown: 'unknown',
      // However many retries are left.
      'not sent': 'waiting: enqueue within 2s',
      'not sent, for a gate': 'waiting: enqueue at +0s',
      'not sent, invalid': 'failed',
      'not sent, canceled': 'canceled',
      'of another attempt': '-',
      'no retry left + callee': 'exhausted',
      'about to expire + callee': 'expired',
      'about to expire + network': 'expired',
      'cancel requested + connected, ended by us': 'canceled',
      'about to expire + not sent': 'expired',
      'cancel requested + not sent': 'canceled',
      'cancel requested + not sent, for a gate': 'canceled',
      'cancel requested + not sent, invalid': 'canceled',
      'cancel requested + callee': 'canceled',
      'cancel requested + network': 'canceled',
      'cancel requested + permanent': 'canceled',
      'cancel requested + unknown': 'canceled',
    },
  },
  completed: absorbed,
  exhausted: absorbed,
  failed: absorbed,
  canceled: absorbed,
  expired: absorbed,
  blocked: absorbed,
  unknown: absorbed,
} satisfies Record<CallStatus, Record<CallSignalType, Cell>>;

export function effectText(effect: CallEffect): string {
  switch (effect.type) {
    case 'enqueue': {
      const seconds = (effect.dueAt - at) / 1_000;
      // A retry after a network fault has jitter: 15 s and up to a tenth more.
      if (seconds >= 15 && seconds < 17) return 'enqueue within 17s';
      // So has the retry of an attempt that was not sent: a second, and up to a tenth more.
      return seconds >= 1 && seconds < 2 ? 'enqueue within 2s' : `enqueue at +${seconds}s`;
    }
    case 'move':
      return `move to +${(effect.dueAt - at) / 1_000}s`;
    default:
      return effect.type;
  }
}

/** For the generated page: what each status means. */
export const statusMeanings = {
  scheduled: 'Its first attempt is due later.',
  queued: 'Its attempt is due: it waits in the queue, or at the gates.',
  waiting: 'A retry is due later.',
  dialing: 'An attempt is under way.',
  completed: 'It did its work.',
  exhausted: 'No retry is left.',
  failed: 'Trying again cannot help.',
  canceled: 'A client or an operator requested the end.',
  expired: 'Its time is over.',
  blocked: 'A rule forbids it.',
  unknown: 'It is not certain whether it was answered.',
} satisfies Record<CallStatus, string>;

/** For the generated page: where each signal comes from. */
export const signalMeanings = {
  due: 'A dialer took the attempt’s job.',
  dial: 'Every gate allows the call. The claim follows.',
  defer: 'A gate defers the call. Uses up no attempt.',
  block: 'A gate blocks the call.',
  expire: 'A gate finds that the call’s time is over.',
  fail: 'No Originate can express it.',
  cancel: 'The client requested the end.',
  reschedule: 'The client moved it.',
  settle: 'An attempt has ended, with this outcome.',
} satisfies Record<CallSignalType, string>;
