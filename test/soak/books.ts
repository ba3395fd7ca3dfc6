import { auditAttempts, type Excuse } from './attempts.ts';
import { deliveryFindings, recordFindings } from './deliveries.ts';
import type { BookedFault } from './explanations.ts';
import type { SoakCall } from './mix.ts';
import { owedFindings } from './owed.ts';

/** What the books are balanced from. Each side was written by somebody else: API, phones, list and webhooks. */
export interface Books {
  /** Calls that the API answered 202, with the id it gave to each. */
  readonly accepted: readonly { readonly id: string; readonly call: SoakCall }[];
  /** Ids of all calls that the API lists. */
  readonly listed: readonly string[];
  /** What GET /v1/calls/{id} says of each. */
  readonly records: ReadonlyMap<string, CallRecord>;
  /** What the Redis list held, in its order. */
  readonly listCdrs: readonly BookedCdr[];
  /** What the webhook's receiver was sent, in the order it came. */
  readonly webhooks: readonly { readonly id: string; readonly cdr: BookedCdr }[];
  /** INVITEs by the number they rang: epoch ms, ascending. */
  readonly invites: ReadonlyMap<string, readonly number[]>;
  /** What was struck: whatever is not as the phones make it lies beside one of these. */
  readonly faults: readonly BookedFault[];
}

export interface CallRecord {
  readonly state: string;
  /** `disposition`: null while it is under way. */
  readonly attempts: readonly { readonly id: string; readonly disposition: string | null }[];
}

/** The fields of a public CDR that the books need. */
export interface BookedCdr {
  readonly id: string;
  readonly callId: string;
  readonly attemptNumber: number;
  readonly disposition: string;
  readonly notSentCode?: string | null;
  readonly connected: boolean;
  readonly lost: boolean;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly dial1: { readonly disposition: string };
  readonly dial2: { readonly disposition: string };
  readonly call: { readonly state: string };
}

export const imbalances = [
  /** Something that was promised is not there: a call, its end, an attempt that is owed, its CDR, a delivery, an INVITE that a CDR tells of. */
  'lost',
  /** Something is there that should not be: a call, an attempt, a CDR, an INVITE twice or of nobody's asking. */
  'doubled',
  /** Somebody says what the phones did not do, or what does not follow from it. */
  'untrue',
  /** Nobody knows how an attempt ended, and no Asterisk died under it. */
  'unknown',
  /** Concluded from silence or not sent, and no fault near it explains that. */
  'unexplained',
  /** An attempt began before its time. */
  'early',
  /** A call's CDRs came to the webhook in another order than its attempts. */
  'disordered',
] as const;
export type Imbalance = (typeof imbalances)[number];
export type Found = readonly [Imbalance, string];

export interface Finding {
  readonly imbalance: Imbalance;
  /** Null: of no call that anybody asked for. */
  readonly callId: string | null;
  readonly what: string;
}

export interface Balance {
  readonly findings: readonly Finding[];
  /** Attempts that ended as no phone made them end, each with the fault that explains it. */
  readonly excused: readonly Excuse[];
  /** Attempts that were concluded from silence: an Originate that was never sent, or events that nobody heard. */
  readonly fromSilence: number;
  /** Webhooks that came more than once. */
  readonly repeatedWebhooks: number;
}

/** Balances the books of a soak. Pure. */
export function balance(books: Books): Balance {
  const cdrsOf = Map.groupBy(books.listCdrs, ({ callId }) => callId);
  const webhooksOf = Map.groupBy(books.webhooks, ({ cdr }) => cdr.callId);
  const findings = strays(books);
  const excused: Excuse[] = [];
  for (const { id: callId, call } of books.accepted) {
    const cdrs = cdrsOf.get(callId) ?? [];
    const inOrder = onePerAttempt(cdrs);
    const { found, excuses } = auditAttempts(call, inOrder, books);
    const all = [
      ...recordFindings(books.records.get(callId), cdrs),
      ...deliveryFindings(cdrs, webhooksOf.get(callId) ?? []),
      ...owedFindings(call, inOrder),
      ...found,
    ];
    findings.push(...all.map(([imbalance, what]) => ({ imbalance, callId, what })));
    excused.push(...excuses);
  }
  return {
    findings,
    excused,
    fromSilence: books.listCdrs.filter(({ lost, disposition }) => lost && disposition !== 'unknown').length,
    repeatedWebhooks: books.webhooks.length - new Set(books.webhooks.map(({ id }) => id)).size,
  };
}

/** Whatever there is belongs to one call that a client asked for. */
function strays({ accepted, listed, listCdrs, webhooks, invites }: Books): Finding[] {
  const ids = accepted.map(({ id }) => id);
  const known = new Set(ids);
  const numbers = new Set(accepted.flatMap(({ call }) => [...(call.dial1Rings ? [call.dial1] : []), call.dial2]));
  const isListed = new Set(listed);
  const stray = (imbalance: Imbalance, callId: string | null, what: string): Finding => ({ imbalance, callId, what });
  const unknown = (callId: string) => !known.has(callId);
  return [
    ...repetitions(ids).map((id) => stray('lost', id, 'one call for the requests of several')),
    ...repetitions(listed).map((id) => stray('doubled', id, 'listed more than once')),
    ...ids.filter((id) => !isListed.has(id)).map((id) => stray('lost', id, 'the API does not list it')),
    ...listed.filter(unknown).map((id) => stray('doubled', id, 'a call that no client asked for')),
    ...listCdrs
      .filter(({ callId }) => unknown(callId))
      .map(({ id, callId }) => stray('doubled', callId, `a CDR of ${id}, whose call no client asked for`)),
    ...webhooks
      .filter(({ cdr }) => unknown(cdr.callId))
      .map(({ cdr }) => stray('doubled', cdr.callId, `a webhook of ${cdr.id}, whose call no client asked for`)),
    ...[...invites]
      .filter(([number]) => !numbers.has(number))
      .map(([number, at]) => stray('doubled', null, `${at.length} INVITEs to ${number}, which is nobody's number`)),
  ];
}

function repetitions(ids: readonly string[]): string[] {
  return [...Map.groupBy(ids, (id) => id)].filter(([, same]) => same.length > 1).map(([id]) => id);
}

function onePerAttempt(cdrs: readonly BookedCdr[]): BookedCdr[] {
  const once = [...new Map(cdrs.map((cdr) => [cdr.id, cdr])).values()];
  return once.toSorted((a, b) => a.attemptNumber - b.attemptNumber);
}
