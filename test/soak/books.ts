import { auditAttempts, type Excuse } from './attempts.ts';
import { deliveryFindings, recordFindings } from './deliveries.ts';
import type { BookedFault } from './explanations.ts';
import type { SoakCall } from './mix.ts';
import { owedFindings } from './owed.ts';

/** The input of the balance. Each side has another source: API, phones, list and webhooks. */
export interface Books {
  /** Calls that the API answered 202, with the id it gave to each. */
  readonly accepted: readonly { readonly id: string; readonly call: SoakCall }[];
  /** Ids of all calls that the API lists. */
  readonly listed: readonly string[];
  /** The answer of GET /v1/calls/{id} for each. */
  readonly records: ReadonlyMap<string, CallRecord>;
  /** The contents of the Redis list, in its order. */
  readonly listCdrs: readonly BookedCdr[];
  /** The requests to the webhook's receiver, in their order. */
  readonly webhooks: readonly { readonly id: string; readonly cdr: BookedCdr }[];
  /** INVITEs by the number they rang: epoch ms, ascending. */
  readonly invites: ReadonlyMap<string, readonly number[]>;
  /** All faults. Each deviation from the phones must lie beside one of these. */
  readonly faults: readonly BookedFault[];
}

export interface CallRecord {
  readonly state: string;
  /** `disposition`: null while it is in progress. */
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
  /** Something is missing: a call, its end, a due attempt, its CDR, a delivery, or an INVITE of a CDR. */
  'lost',
  /** Something exists that should not: a call, an attempt, a CDR, a second INVITE or one without a call. */
  'doubled',
  /** A report differs from what the phones did, or does not follow from it. */
  'untrue',
  /** The end of an attempt is unknown, and no Asterisk died during it. */
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
  /** Null: of no requested call. */
  readonly callId: string | null;
  readonly what: string;
}

export interface Balance {
  readonly findings: readonly Finding[];
  /** Attempts whose end differs from the phones, each with the fault that explains it. */
  readonly excused: readonly Excuse[];
  /** Attempts that were concluded from silence: the Originate was never sent, or no observer received the events. */
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

/** Every item must belong to one requested call. */
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
    ...listed.filter(unknown).map((id) => stray('doubled', id, 'a call that no client requested')),
    ...listCdrs
      .filter(({ callId }) => unknown(callId))
      .map(({ id, callId }) => stray('doubled', callId, `a CDR of ${id}, whose call no client requested`)),
    ...webhooks
      .filter(({ cdr }) => unknown(cdr.callId))
      .map(({ cdr }) => stray('doubled', cdr.callId, `a webhook of ${cdr.id}, whose call no client requested`)),
    ...[...invites]
      .filter(([number]) => !numbers.has(number))
      .map(([number, at]) => stray('doubled', null, `${at.length} INVITEs to ${number}, which belongs to no call`)),
  ];
}

function repetitions(ids: readonly string[]): string[] {
  return [...Map.groupBy(ids, (id) => id)].filter(([, same]) => same.length > 1).map(([id]) => id);
}

function onePerAttempt(cdrs: readonly BookedCdr[]): BookedCdr[] {
  const once = [...new Map(cdrs.map((cdr) => [cdr.id, cdr])).values()];
  return once.toSorted((a, b) => a.attemptNumber - b.attemptNumber);
}
