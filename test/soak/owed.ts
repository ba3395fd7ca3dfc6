import type { BookedCdr, Found } from './books.ts';
import type { SoakCall } from './mix.ts';

/** The part of the retry policy that the mix uses. The books know only this part, so no call may use more. */
export interface SoakPolicy {
  /** Retries after the first attempt. */
  readonly maxRetries: number;
  readonly delaySeconds: number;
  /** Windows are longer than a run of faults in a soak: only the number of retries ends it. */
  readonly networkBudget: {
    readonly maxRetries: number;
    readonly windowSeconds: number;
    readonly delaySeconds: number;
  };
}

/** `afterMs`: from the end of the attempt to the start of the next, at least. */
export type Owed =
  | { readonly state: 'waiting'; readonly afterMs: number }
  | { readonly state: 'completed' | 'exhausted' | 'failed' | 'unknown' | 'canceled' };

const ofTheCallee = ['no_answer', 'busy', 'rejected', 'unreachable', 'machine', 'dial1_hung_up'];
const ofTheNetwork = ['congestion', 'trunk_auth', 'pbx_error'];
const forGood = ['invalid_number', 'not_allowed', 'no_route', 'incompatible_media'];

/**
 * The next step of a call after these ends of its attempts, oldest first. Undefined for an end that no call of the mix
 * can have. It repeats the rule of retries: books that use the product's own function would always find it right.
 *
 *   answered ▸ completed · unknown ▸ unknown · cannot be dialled ▸ failed: nothing follows
 *   the person or their phone ▸ 1 + maxRetries attempts that ended so; then exhausted
 *   not sent by Redial ▸ 20 more in a row, each waiting twice as long; then exhausted. They use up no other allowance
 *   the network ▸ 1 + networkBudget.maxRetries attempts in a row, each waiting one delay longer; then exhausted. They
 *   use up no retry
 */
export function owedAfter(policy: SoakPolicy, dispositions: readonly string[]): Owed | undefined {
  const last = dispositions.at(-1) ?? '';
  if (last === 'answered') return { state: 'completed' };
  if (last === 'unknown') return { state: 'unknown' };
  if (forGood.includes(last)) return { state: 'failed' };
  if (ofTheCallee.includes(last)) {
    const made = dispositions.filter((one) => ofTheCallee.includes(one)).length;
    return made <= policy.maxRetries
      ? { state: 'waiting', afterMs: policy.delaySeconds * 1_000 }
      : { state: 'exhausted' };
  }
  if (ofTheNetwork.includes(last)) {
    const { maxRetries, delaySeconds } = policy.networkBudget;
    const sent = dispositions.filter((one) => one !== 'not_sent');
    const inARow = sent.length - 1 - sent.findLastIndex((one) => !ofTheNetwork.includes(one));
    return inARow <= maxRetries ? { state: 'waiting', afterMs: inARow * delaySeconds * 1_000 } : { state: 'exhausted' };
  }
  if (last === 'not_sent') {
    const inARow = dispositions.length - 1 - dispositions.findLastIndex((one) => one !== 'not_sent');
    return inARow <= 20
      ? { state: 'waiting', afterMs: Math.min(2 ** (inARow - 1), 60) * 1_000 }
      : { state: 'exhausted' };
  }
  return undefined;
}

/** Not sent because of the client's own cancel, or ended by it. */
const isOurCancel = ({ disposition, notSentCode }: BookedCdr) =>
  disposition === 'canceled' || notSentCode === 'canceled';

/**
 * Each attempt of an ended call left the state that its policy requires. Each due attempt was made, and no other, in
 * order.
 */
export function owedFindings(
  { request: { retryPolicy: policy }, isCanceled }: Pick<SoakCall, 'request' | 'isCanceled'>,
  cdrs: readonly BookedCdr[],
): Found[] {
  if (cdrs.length === 0) return [['lost', 'no attempt was made']];
  const found: Found[] = [];
  for (const [i, cdr] of cdrs.entries()) {
    const dispositions = cdrs.slice(0, i + 1).map(({ disposition }) => disposition);
    const owed: Owed | undefined =
      isCanceled && isOurCancel(cdr) ? { state: 'canceled' } : owedAfter(policy, dispositions);
    const sofar = `after ${dispositions.join(', ')}`;
    if (owed === undefined) return [...found, ['untrue', `${cdr.id} is ${cdr.disposition}: no call of the mix can be`]];
    if (cdr.call.state !== owed.state)
      found.push(['untrue', `${cdr.id} states ${cdr.call.state}: ${sofar} a call is ${owed.state}`]);
    const next = cdrs[i + 1];
    if (owed.state !== 'waiting') {
      if (next !== undefined) found.push(['doubled', `${next.id}: nothing follows ${sofar}`]);
      return found;
    }
    if (next === undefined) found.push(['lost', `an attempt is owed ${sofar}`]);
    else if (Date.parse(next.startedAt) < Date.parse(cdr.endedAt) + owed.afterMs)
      found.push(['early', `${next.id} began less than ${owed.afterMs} ms after the end of ${cdr.id}`]);
  }
  return found;
}
