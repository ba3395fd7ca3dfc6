import type { SoakCall } from './mix.ts';

/** What the books are balanced from. Each side was written by somebody else: API, phones, list and webhooks. */
export interface Books {
  /** Calls that the API answered 202, by id. */
  readonly accepted: ReadonlyMap<string, SoakCall>;
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
  /** When Asterisk was dead: from its kill until it was up again. */
  readonly pbxOutages: readonly { readonly from: number; readonly to: number }[];
}

export interface CallRecord {
  readonly state: string;
  readonly attempts: readonly { readonly id: string }[];
}

/** The fields of a public CDR that the books need. */
export interface BookedCdr {
  readonly id: string;
  readonly callId: string;
  readonly attemptNumber: number;
  readonly disposition: string;
  readonly lost: boolean;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly dial1: { readonly disposition: string };
  readonly dial2: { readonly disposition: string };
  readonly call: { readonly state: string };
}

export type Imbalance =
  /** Something that was promised is not there: a call's end, an attempt's CDR, a delivery, an INVITE that a CDR tells of. */
  | 'lost'
  /** Something is there twice: a call, a CDR on the list, an INVITE. */
  | 'doubled'
  /** Nobody knows how an attempt ended, and no Asterisk died under it. */
  | 'unknown'
  /** A CDR says what the phones did not do. */
  | 'untrue'
  /** A call's CDRs came to the webhook in another order than its attempts. */
  | 'disordered';

export interface Finding {
  readonly imbalance: Imbalance;
  readonly callId: string;
  readonly what: string;
}

export interface Balance {
  readonly findings: readonly Finding[];
  /** Attempts that died with Asterisk. */
  readonly unknownByPbx: number;
  /** Attempts that were concluded from silence: an Originate that was never sent, or events that nobody heard. */
  readonly fromSilence: number;
  /** Webhooks that came more than once. */
  readonly repeatedWebhooks: number;
}

const finalStates = new Set(['completed', 'exhausted', 'failed', 'canceled', 'expired', 'blocked', 'unknown']);
/** A restarted Asterisk answers AMI before its phones are loaded. */
const loadingMs = 3_000;

/** Balances the books of a soak. Pure. */
export function balance(books: Books): Balance {
  const findings: Finding[] = [];
  const cdrsOf = Map.groupBy(books.listCdrs, ({ callId }) => callId);
  const webhooksOf = Map.groupBy(books.webhooks, ({ cdr }) => cdr.callId);
  for (const id of books.listed) {
    if (!books.accepted.has(id))
      findings.push({ imbalance: 'doubled', callId: id, what: 'a call that no client asked for' });
  }
  for (const [callId, call] of books.accepted) {
    const cdrs = cdrsOf.get(callId) ?? [];
    const found = [
      ...recordFindings(books.records.get(callId), cdrs),
      ...deliveryFindings(cdrs, webhooksOf.get(callId) ?? []),
      ...attemptFindings(call, cdrs, books),
    ];
    findings.push(...found.map(([imbalance, what]) => ({ imbalance, callId, what })));
  }
  const unknown = books.listCdrs.filter(({ disposition }) => disposition === 'unknown');
  return {
    findings,
    unknownByPbx: unknown.filter((cdr) => diedWithPbx(cdr, books)).length,
    fromSilence: books.listCdrs.filter(({ lost }) => lost).length,
    repeatedWebhooks: books.webhooks.length - new Set(books.webhooks.map(({ id }) => id)).size,
  };
}

type Found = readonly [Imbalance, string];

/** One final state, and one CDR on the list for each attempt of the record, in the order of the attempts. */
function recordFindings(record: CallRecord | undefined, cdrs: readonly BookedCdr[]): Found[] {
  if (record === undefined) return [['lost', 'the API does not know the call any more']];
  const found: Found[] = [];
  if (!finalStates.has(record.state)) found.push(['lost', `the call has not ended: it is ${record.state}`]);
  const ids = cdrs.map(({ id }) => id);
  for (const { id } of record.attempts) {
    const count = ids.filter((other) => other === id).length;
    if (count === 0) found.push(['lost', `no CDR of ${id} on the list`]);
    if (count > 1) found.push(['doubled', `${count} CDRs of ${id} on the list`]);
  }
  const known = new Set(record.attempts.map(({ id }) => id));
  for (const id of ids) if (!known.has(id)) found.push(['doubled', `a CDR of ${id}, which is no attempt of the call`]);
  const numbers = [...new Set(ids)].map((id) => cdrs.find((cdr) => cdr.id === id)?.attemptNumber ?? 0);
  if (numbers.toSorted((a, b) => a - b).some((number, i) => number !== i + 1))
    found.push(['lost', `attempts are numbered ${numbers.join(', ')}`]);
  const last = cdrs.find(({ attemptNumber }) => attemptNumber === record.attempts.length);
  if (last !== undefined && last.call.state !== record.state)
    found.push(['untrue', `the last CDR says ${last.call.state}, the record ${record.state}`]);
  return found;
}

/** Each CDR came to the webhook, at least once, always under one id and with one text; and the first of each in their order. */
function deliveryFindings(cdrs: readonly BookedCdr[], webhooks: Books['webhooks']): Found[] {
  const found: Found[] = [];
  const byAttempt = Map.groupBy(webhooks, ({ cdr }) => cdr.id);
  const order = [...byAttempt.values()].map(([first]) => first?.cdr.attemptNumber ?? 0);
  if (order.some((number, i) => number < (order[i - 1] ?? 0)))
    found.push(['disordered', `webhooks came in the order ${order.join(', ')}`]);
  for (const cdr of cdrs) {
    const sent = byAttempt.get(cdr.id) ?? [];
    if (sent.length === 0) found.push(['lost', `no webhook of ${cdr.id}`]);
    if (new Set(sent.map(({ id }) => id)).size > 1) found.push(['doubled', `webhooks of ${cdr.id} under several ids`]);
    if (sent.some((one) => JSON.stringify(one.cdr) !== JSON.stringify(cdr)))
      found.push(['untrue', `webhook and list tell different CDRs of ${cdr.id}`]);
  }
  return found;
}

/** Each attempt against the phones: no INVITE more than it may have made, none less than its CDR tells of, and no other end. */
function attemptFindings(call: SoakCall, cdrs: readonly BookedCdr[], books: Books): Found[] {
  const found: Found[] = [];
  const inOrder = uniqueById(cdrs).toSorted((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt));
  const rang1 = invitesByAttempt(inOrder, call.dial1Rings ? (books.invites.get(call.dial1) ?? []) : []);
  const rang2 = invitesByAttempt(inOrder, books.invites.get(call.dial2) ?? []);
  for (const [leg, rang] of [['dial1', rang1] as const, ['dial2', rang2] as const]) {
    if (rang.before > 0) found.push(['doubled', `${rang.before} INVITEs to ${leg} before any attempt`]);
    for (const [i, count] of rang.counts.entries())
      if (count > 1) found.push(['doubled', `${count} INVITEs to ${leg} in ${inOrder[i]?.id}`]);
  }
  for (const [i, cdr] of inOrder.entries()) {
    const [dial1, dial2] = [rang1.counts[i] ?? 0, rang2.counts[i] ?? 0];
    if (cdr.disposition === 'unknown') {
      if (!diedWithPbx(cdr, books)) found.push(['unknown', `${cdr.id}, and Asterisk lived all the time`]);
      continue;
    }
    // Nobody claims to know more of these: what there was to be counted is counted above.
    if (cdr.lost || diedWithPbx(cdr, books, loadingMs)) continue;
    // Never sent, because the link was gone in that moment: then nothing rang.
    if (cdr.disposition === 'pbx_error') {
      if (dial1 + dial2 > 0) found.push(['untrue', `${cdr.id} is a pbx_error, and a phone rang`]);
      continue;
    }
    if (!call.truth.includes(cdr.disposition)) found.push(['untrue', `${cdr.id} is ${cdr.disposition}: ${call.kind}`]);
    if (call.dial1Rings && dial1 === 0) found.push(['lost', `no INVITE to dial1 in ${cdr.id}: ${cdr.disposition}`]);
    const dial2Tried = cdr.dial2.disposition !== 'not_dialed';
    if (dial2Tried && dial2 === 0) found.push(['lost', `no INVITE to dial2 in ${cdr.id}: ${cdr.disposition}`]);
    if (!dial2Tried && dial2 > 0) found.push(['untrue', `${cdr.id} says not_dialed, and dial2 rang`]);
  }
  return found;
}

/** An INVITE belongs to the last attempt that had begun: one call's attempts come one after the other, by one clock. */
function invitesByAttempt(
  cdrs: readonly BookedCdr[],
  invites: readonly number[],
): { before: number; counts: number[] } {
  const counts = cdrs.map(() => 0);
  let before = 0;
  for (const at of invites) {
    const i = cdrs.findLastIndex(({ startedAt }) => Date.parse(startedAt) <= at);
    if (i === -1) before++;
    else counts[i] = (counts[i] ?? 0) + 1;
  }
  return { before, counts };
}

/** Asterisk was dead, or for `afterMs` not yet wholly there, while the attempt was under way. */
function diedWithPbx({ startedAt, endedAt }: BookedCdr, { pbxOutages }: Books, afterMs = 0): boolean {
  return pbxOutages.some(({ from, to }) => Date.parse(startedAt) <= to + afterMs && Date.parse(endedAt) >= from);
}

function uniqueById(cdrs: readonly BookedCdr[]): BookedCdr[] {
  return [...new Map(cdrs.map((cdr) => [cdr.id, cdr])).values()];
}
