import { type BookedCdr, type Books, balance, type CallRecord } from './books.ts';
import { type SoakCall, soakCall } from './mix.ts';
import { randomOf } from './random.ts';

export const second = (n: number) => Date.UTC(2026, 0, 1, 12, 0, n);

/** The first call of a kind that the mix makes. */
export function callOf(kind: string): SoakCall {
  const random = randomOf(1);
  for (let n = 0; n < 10_000; n++) {
    const call = soakCall(n, random);
    if (call.kind === kind) return call;
  }
  throw new RangeError(`the mix has no ${kind}`);
}

type Words = readonly [dial1: string, dial2?: string];
type Changes = Partial<Omit<BookedCdr, 'call'>> & { readonly state?: string };

/** The n-th attempt: it starts at 10 n seconds and takes two seconds. */
export function cdr(
  n: number,
  [dial1, dial2 = 'not_dialed']: Words,
  { state = 'waiting', ...changes }: Changes = {},
): BookedCdr {
  const disposition = dial1 === 'answered' ? dial2 : dial1;
  return {
    id: `att_${n}`,
    callId: 'call_0',
    attemptNumber: n,
    disposition,
    connected: disposition === 'answered',
    lost: false,
    startedAt: new Date(second(10 * n)).toISOString(),
    endedAt: new Date(second(10 * n + 2)).toISOString(),
    dial1: { disposition: dial1 },
    dial2: { disposition: dial2 },
    call: { state },
    ...changes,
  };
}

/** The API's record of attempts with these CDRs. */
export function recordOf(cdrs: readonly BookedCdr[]): CallRecord['attempts'] {
  return [...new Map(cdrs.map(({ id, disposition }) => [id, { id, disposition }])).values()];
}

/** Books of one call. Every side that is not passed agrees with its CDRs. */
export function books(
  kind: string,
  cdrs: readonly BookedCdr[],
  rang: { readonly dial1?: readonly number[]; readonly dial2?: readonly number[] } = {},
  changes: Partial<Books> = {},
): Books {
  const call = callOf(kind);
  const at = (seconds: readonly number[] = []) => seconds.map(second);
  return {
    accepted: [{ id: 'call_0', call }],
    listed: ['call_0'],
    records: new Map([['call_0', { state: cdrs.at(-1)?.call.state ?? 'exhausted', attempts: recordOf(cdrs) }]]),
    listCdrs: cdrs,
    webhooks: cdrs.map((one) => ({ id: `${one.id}.hook`, cdr: one })),
    invites: new Map(
      [[call.dial1, at(rang.dial1)] as const, [call.dial2, at(rang.dial2)] as const].filter(
        ([, times]) => times.length > 0,
      ),
    ),
    faults: [],
    ...changes,
  };
}

export const show = (wrong: Books) => balance(wrong).findings.map(({ imbalance }) => imbalance);

export const busy = (n: number, changes: Changes = {}) =>
  cdr(n, ['busy'], { state: n === 2 ? 'exhausted' : 'waiting', ...changes });
export const twoBusy = [busy(1), busy(2)];
export const rangTwice = { dial1: [11, 21] };
export const busyTwice = (changes: Partial<Books> = {}, cdrs: readonly BookedCdr[] = twoBusy) =>
  books('dial1 busy', cdrs, rangTwice, changes);
export const talked = (n: number, changes: Changes = {}) =>
  cdr(n, ['answered', 'answered'], { state: 'completed', ...changes });
export const both = { dial1: [11], dial2: [11] };
export const silent = (n: number, changes: Changes = {}) =>
  cdr(n, ['no_answer'], { lost: true, endedAt: new Date(second(10 * n + 8)).toISOString(), ...changes });
export const refused = (n: number, changes: Changes = {}) =>
  cdr(n, ['not_sent'], { notSentCode: 'pbx_unavailable', ...changes });
export const unknownEnd = (n: number) => cdr(n, ['unknown'], { state: 'unknown' });
export const struck = (target: Books['faults'][number]['target'], from: number, to = from) => ({
  target,
  from: second(from),
  to: second(to),
});
