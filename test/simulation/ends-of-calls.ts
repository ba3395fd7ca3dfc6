import { type Call, classOf, type EndedAttempt, isEnded, isPlanned } from '@redial/call';

/**
 * The allowed states of a call after an attempt, only by the documented dispositions and the policy. A second opinion:
 * it does not use the product's own decision, and knows only the features of these worlds (no tenant of them dials
 * again after `unknown`).
 */
export interface AfterAttempt {
  readonly call: Call;
  readonly now: number;
  readonly skewMsMax: number;
  /** The phones' knowledge of the last attempt. */
  readonly phones: { readonly dial1Answered: boolean; readonly connected: boolean };
}

/** Undefined if it is right. */
export function whatIsWrongWithEnd({ call, now, skewMsMax, phones }: AfterAttempt): string | undefined {
  const { state, history, request } = call;
  const last = history.at(-1);
  if (last === undefined) return 'no attempt of it has ended';
  const isDone = phones.connected || (request.retryPolicy.until === 'dial1_answered' && phones.dial1Answered);
  const kind = classOf(last.disposition);
  const owed = isDone ? undefined : owedDelayMs(call, last);
  const earliestAt = last.endedAt + (owed?.min ?? 0);
  const latestAt = Math.max(last.endedAt + (owed?.max ?? 0), now + skewMsMax);
  if (!isEnded(state)) {
    if (!isPlanned(state)) return `it is ${state.status} after an attempt has ended`;
    if (owed === undefined) return `it is dialled again, and no retry is left: ${sayHistory(call)}`;
    const isDue = state.dueAt >= earliestAt && state.dueAt <= latestAt;
    return isDue ? undefined : `it is dialled again ${state.dueAt - last.endedAt} ms later, and not ${owed.min}`;
  }
  switch (state.status) {
    case 'completed':
      return isDone ? undefined : `it is completed, and its parties did not talk: ${sayHistory(call)}`;
    case 'exhausted':
      if (kind !== 'callee' && kind !== 'network' && kind !== 'not_sent')
        return `it is exhausted after ${last.disposition}`;
      if (isDone) return 'it is exhausted, and had done its work';
      return owed === undefined || owed.mayStop
        ? undefined
        : `it is exhausted, and has retries left: ${sayHistory(call)}`;
    case 'failed':
      return kind === 'permanent' ? undefined : `it failed after ${last.disposition}`;
    case 'unknown':
      return kind === 'unknown' ? undefined : `it is unknown after ${last.disposition}`;
    case 'expired': {
      if (owed === undefined) return `it expired, and no retry was owed: ${sayHistory(call)}`;
      const { expiresAt = Number.POSITIVE_INFINITY } = request;
      return latestAt > expiresAt ? undefined : `it expired ${expiresAt - latestAt} ms before its time was over`;
    }
    case 'canceled':
      return undefined;
    default:
      return `it is ${state.status} after an attempt`;
  }
}

interface Owed {
  /** From the end of the last attempt. */
  readonly min: number;
  readonly max: number;
  /** Jitter decides whether it is still within the budget's window. */
  readonly mayStop: boolean;
}

/** Undefined: no retry is due. */
function owedDelayMs({ request, history }: Call, last: EndedAttempt): Owed | undefined {
  const { retryPolicy: policy } = request;
  const kind = classOf(last.disposition);
  if (kind === 'callee') {
    const used = history.filter(({ disposition }) => classOf(disposition) === 'callee').length;
    const own = Object.entries(policy.perDisposition).find(([name]) => name === last.disposition)?.[1];
    const times = history.filter(({ disposition }) => disposition === last.disposition).length;
    if (used === policy.maxRetries + 1 || times === (own?.maxRetries ?? Number.POSITIVE_INFINITY) + 1) return undefined;
    const grown = { fixed: 1, linear: times, exponential: 2 ** (times - 1) }[own?.backoff ?? 'fixed'];
    const delayMs = (own?.delaySeconds ?? policy.delaySeconds) * grown * 1_000;
    return { min: delayMs, max: delayMs, mayStop: false };
  }
  if (kind === 'not_sent') return owedAfterNotSent(history, last);
  if (kind !== 'network') return undefined;
  const { maxRetries, windowSeconds, delaySeconds } = policy.networkBudget;
  // An attempt that was not sent shows nothing about the network.
  const sent = history.filter(({ disposition }) => disposition !== 'not_sent');
  const from = sent.findLastIndex(({ disposition }) => classOf(disposition) !== 'network') + 1;
  const faults = sent.length - from;
  const first = sent[from] ?? last;
  // Up to a tenth is jitter.
  const [min, max] = [faults * delaySeconds * 1_000, faults * delaySeconds * 1_100];
  const windowEndsAt = first.endedAt + windowSeconds * 1_000;
  if (faults > maxRetries || last.endedAt + min > windowEndsAt) return undefined;
  return { min, max, mayStop: last.endedAt + max > windowEndsAt };
}

/** 20 more in a row: at once if a gate had closed, else after 1 s, 2 s, … up to a minute. */
function owedAfterNotSent(history: Call['history'], { notSentCode }: EndedAttempt): Owed | undefined {
  const inARow = history.length - 1 - history.findLastIndex(({ disposition }) => disposition !== 'not_sent');
  if (inARow > 20 || notSentCode === 'canceled' || notSentCode === 'invalid') return undefined;
  const delayMs = notSentCode === 'gate' ? 0 : Math.min(60_000, 1_000 * 2 ** (inARow - 1));
  return { min: delayMs, max: delayMs * 1.1, mayStop: false };
}

function sayHistory({ history, request: { retryPolicy } }: Call): string {
  const { maxRetries, until, perDisposition } = retryPolicy;
  return `${history.map(({ disposition }) => disposition).join(', ')} of ${JSON.stringify({ maxRetries, until, perDisposition })}`;
}
