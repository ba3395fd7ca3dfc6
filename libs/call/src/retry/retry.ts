import { calleeDispositions, classOf, type Disposition } from '../outcome/disposition.ts';
import type { NotSentCode } from '../outcome/not-sent.ts';
import type { RetryPolicy } from './retry-policy.ts';

/** The facts of an ended attempt that the retry decision needs. */
export interface EndedAttempt {
  readonly attemptId: string;
  readonly disposition: Disposition;
  /** Of `not_sent`: why, where it is known. */
  readonly notSentCode?: NotSentCode;
  readonly connected: boolean;
  readonly dial1Answered: boolean;
  /** Epoch ms; every delay counts from here. */
  readonly endedAt: number;
}

export type StopReason =
  | 'connected'
  | 'dial1_answered'
  | 'retries_used_up'
  | 'network_budget_used_up'
  | 'not_sent_too_often'
  | 'permanent'
  | 'unknown'
  | 'canceled'
  | 'expired';

type RetryDecision =
  | { readonly type: 'stop'; readonly reason: StopReason }
  /** Dial again at `at` (epoch ms), which is never before `now`. */
  | { readonly type: 'retry'; readonly at: number; readonly reason: Disposition };

export interface RetryQuestion {
  readonly policy: RetryPolicy;
  /** Oldest first; the last one has just ended. */
  readonly history: readonly EndedAttempt[];
  readonly now: number;
  readonly expiresAt?: number | undefined;
}

const delayMsMax = 30 * 86_400_000;
/** How often in a row an attempt is tried again that Redial did not send. The delay doubles each time. */
const notSentRetriesMax = 20;
const notSentDelayMs = 1_000;
const notSentDelayMsMax = 60_000;

/** Whether and when to dial again. Pure: equal input always gives an equal decision, jitter included. */
export function decideRetry({ policy, history, now, expiresAt }: RetryQuestion): RetryDecision {
  const last = history.at(-1);
  if (last === undefined) throw new RangeError('decideRetry needs the attempt that has just ended');

  if (last.connected) return stop('connected');
  if (last.disposition === 'canceled') return stop('canceled');
  if (policy.until === 'dial1_answered' && last.dial1Answered) return stop('dial1_answered');

  switch (classOf(last.disposition)) {
    case 'answered':
      return stop('connected');
    case 'permanent':
      return stop('permanent');
    case 'unknown':
      // dial1 answered and the rest is unknown. A person was reached, so the call is never dialled again, whatever the
      // policy.
      if (!policy.retryUnknown || last.dial1Answered) return stop('unknown');
      return onCallee(policy, history, last, now, expiresAt);
    case 'network':
      return onNetwork(policy, history, last, now, expiresAt);
    case 'not_sent':
      return onNotSent(history, last, now, expiresAt);
    default:
      return onCallee(policy, history, last, now, expiresAt);
  }
}

function onCallee(
  policy: RetryPolicy,
  history: readonly EndedAttempt[],
  last: EndedAttempt,
  now: number,
  expiresAt: number | undefined,
): RetryDecision {
  const used = history.filter((a) => usesUpAttempt(a.disposition)).length;
  if (used > policy.maxRetries) return stop('retries_used_up');

  const own = isCallee(last.disposition) ? policy.perDisposition[last.disposition] : undefined;
  const times = history.filter((a) => a.disposition === last.disposition).length;
  if (own?.maxRetries !== undefined && times > own.maxRetries) return stop('retries_used_up');

  const delayMs = (own?.delaySeconds ?? policy.delaySeconds) * 1000 * growth(own?.backoff ?? 'fixed', times);
  return retryAt(last.endedAt + Math.min(delayMs, delayMsMax), last, now, expiresAt);
}

function onNetwork(
  policy: RetryPolicy,
  history: readonly EndedAttempt[],
  last: EndedAttempt,
  now: number,
  expiresAt: number | undefined,
): RetryDecision {
  const { maxRetries, windowSeconds, delaySeconds } = policy.networkBudget;
  const faults = runOfFaults(history);
  const first = faults[0] ?? last;
  const delayMs = delaySeconds * 1000 * growth('linear', faults.length);
  const at = last.endedAt + delayMs + jitterMs(last.attemptId, delayMs);
  if (faults.length > maxRetries || at - first.endedAt > windowSeconds * 1000) return stop('network_budget_used_up');
  return retryAt(at, last, now, expiresAt);
}

/**
 * The faults since the last attempt that reached the network's other side. A fault of last week is no part of today's
 * trouble. An attempt that was not sent proves nothing about the network.
 */
function runOfFaults(history: readonly EndedAttempt[]): readonly EndedAttempt[] {
  const sent = history.filter((a) => a.disposition !== 'not_sent');
  return sent.slice(sent.findLastIndex((a) => classOf(a.disposition) !== 'network') + 1);
}

/** No phone rang, so it costs the call nothing. A fault that repeats, such as a wild clock, must still end. */
function onNotSent(
  history: readonly EndedAttempt[],
  last: EndedAttempt,
  now: number,
  expiresAt: number | undefined,
): RetryDecision {
  if (last.notSentCode === 'canceled') return stop('canceled');
  if (last.notSentCode === 'invalid') return stop('permanent');
  const inARow = history.length - 1 - history.findLastIndex((a) => a.disposition !== 'not_sent');
  if (inARow > notSentRetriesMax) return stop('not_sent_too_often');
  // The gates check the call before the next attempt. They know how long it is deferred, or that it is blocked.
  if (last.notSentCode === 'gate') return retryAt(last.endedAt, last, now, expiresAt);
  const delayMs = Math.min(notSentDelayMs * growth('exponential', inARow), notSentDelayMsMax);
  return retryAt(last.endedAt + delayMs + jitterMs(last.attemptId, delayMs), last, now, expiresAt);
}

function retryAt(at: number, last: EndedAttempt, now: number, expiresAt: number | undefined): RetryDecision {
  const when = Math.max(at, now);
  if (expiresAt !== undefined && when > expiresAt) return stop('expired');
  return { type: 'retry', at: when, reason: last.disposition };
}

function growth(backoff: 'fixed' | 'linear' | 'exponential', times: number): number {
  if (backoff === 'linear') return times;
  return backoff === 'exponential' ? 2 ** Math.min(times - 1, 30) : 1;
}

/**
 * Up to a tenth of the delay, derived from the attempt's id: calls that failed together come back at different times.
 */
export function jitterMs(attemptId: string, delayMs: number): number {
  return Math.floor((hash32(attemptId) / 2 ** 32) * (delayMs / 10));
}

/**
 * FNV-1a, then the last step of MurmurHash3. Ids of one moment differ in their last characters alone, and FNV spreads
 * those poorly.
 */
function hash32(text: string): number {
  let hash = 2_166_136_261;
  for (const char of text) hash = Math.imul(hash ^ char.charCodeAt(0), 16_777_619);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function usesUpAttempt(disposition: Disposition): boolean {
  return isCallee(disposition) || disposition === 'unknown';
}

function isCallee(disposition: Disposition): disposition is (typeof calleeDispositions)[number] {
  return (calleeDispositions as readonly string[]).includes(disposition);
}

function stop(reason: StopReason): RetryDecision {
  return { type: 'stop', reason };
}
