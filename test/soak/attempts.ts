import type { BookedCdr, Books, Found } from './books.ts';
import { type BookedFault, deathUnder, loadingUnder, whyNeverSent, whyRefused, whyUnheard } from './explanations.ts';
import type { SoakCall } from './mix.ts';

/** An attempt whose end differs from what its phones do, and the fault that explains it. */
export interface Excuse {
  readonly attemptId: string;
  readonly what: 'unknown' | 'from silence' | 'not sent' | 'phones not loaded';
  readonly fault: BookedFault;
}

export interface Audit {
  readonly found: readonly Found[];
  readonly excuses: readonly Excuse[];
}

type Leg = 'dial1' | 'dial2';
/** When each leg's phone rang. */
type Rang = Readonly<Record<Leg, readonly number[]>>;
type Decision = { readonly found: readonly Found[]; readonly excuse?: Omit<Excuse, 'attemptId'> };

/** A phone records an INVITE when it reads it. */
const phoneLateMs = 1_000;
/** From an action of a phone to its event, on a busy machine. */
const eventLateMs = 3_000;

/**
 * Compares each attempt of a call with its phones: no INVITE without an attempt, the INVITEs of its kind, and their
 * end.
 */
export function auditAttempts(call: SoakCall, cdrs: readonly BookedCdr[], books: Books): Audit {
  const numbers = { dial1: call.dial1Rings ? call.dial1 : undefined, dial2: call.dial2 };
  const found: Found[] = [];
  const rang = cdrs.map(() => ({ dial1: [] as number[], dial2: [] as number[] }));
  for (const leg of ['dial1', 'dial2'] as const) {
    for (const at of books.invites.get(numbers[leg] ?? '') ?? []) {
      // The attempts of one call follow each other, by one clock.
      const i = cdrs.findLastIndex(({ startedAt }) => Date.parse(startedAt) <= at);
      const cdr = cdrs[i];
      const when = new Date(at).toISOString();
      if (cdr === undefined) found.push(['doubled', `an INVITE to ${leg} before any attempt: ${when}`]);
      else if (at > Date.parse(cdr.endedAt) + phoneLateMs)
        found.push(['doubled', `an INVITE to ${leg} after the end of ${cdr.id}: ${when}`]);
      else rang[i]?.[leg].push(at);
    }
  }
  const excuses: Excuse[] = [];
  for (const [i, cdr] of cdrs.entries()) {
    const seen = rang[i] ?? { dial1: [], dial2: [] };
    const decision = decisionOn(call, cdr, seen, books.faults);
    found.push(...repeated(cdr, seen), ...decision.found);
    if (decision.excuse !== undefined) excuses.push({ attemptId: cdr.id, ...decision.excuse });
  }
  return { found, excuses };
}

function repeated({ id }: BookedCdr, rang: Rang): Found[] {
  return (['dial1', 'dial2'] as const)
    .filter((leg) => rang[leg].length > 1)
    .map((leg) => ['doubled', `${rang[leg].length} INVITEs to ${leg} in ${id}`]);
}

function decisionOn(call: SoakCall, cdr: BookedCdr, rang: Rang, faults: readonly BookedFault[]): Decision {
  if (cdr.disposition === 'unknown') return unknown(call, cdr, rang, faults);
  if (['not_sent', 'pbx_error'].includes(cdr.disposition)) return notSent(call, cdr, rang, faults);
  if (cdr.lost) return fromSilence(call, cdr, rang, faults);
  const loading = loadingUnder(spanOf(cdr), faults);
  // For an Asterisk that has not loaded its phones all are unreachable, and none rings.
  if (loading !== undefined && isDial1Disposition(cdr, 'unreachable') && call.dial1Rings && rang.dial1.length === 0)
    return { found: unasked(cdr, rang, 'dial2'), excuse: { what: 'phones not loaded', fault: loading } };
  return { found: [...untrue(call, cdr), ...unlikeItsKind(call, cdr, rang)] };
}

/** Unknown: allowed if Asterisk died during it, and only with INVITEs that its kind can have. */
function unknown(call: SoakCall, cdr: BookedCdr, rang: Rang, faults: readonly BookedFault[]): Decision {
  const fault = deathUnder(spanOf(cdr), faults);
  if (fault === undefined) return { found: [['unknown', `${cdr.id}, and Asterisk lived all the time`]] };
  const found: Found[] = mayAnswer(call) && rang.dial1.length > 0 ? [] : unasked(cdr, rang, 'dial2');
  if (cdr.dial1.disposition === 'answered' && rang.dial1.length === 0)
    found.push(['lost', `no INVITE to dial1 in ${cdr.id}, which states that it answered`]);
  return { found, excuse: { what: 'unknown', fault } };
}

/** Refused or not sent: then no phone rang, and a fault explains it, or the client has canceled it. */
function notSent(call: SoakCall, cdr: BookedCdr, rang: Rang, faults: readonly BookedFault[]): Decision {
  const found = [...unasked(cdr, rang, 'dial1'), ...unasked(cdr, rang, 'dial2')];
  if (!isDial1Disposition(cdr, cdr.disposition))
    found.push(['untrue', `${cdr.id} is ${cdr.disposition}, and its legs are not`]);
  if (cdr.notSentCode === 'canceled' && call.isCanceled) return { found };
  const fault = whyRefused(spanOf(cdr), faults);
  if (fault === undefined)
    return { found: [...found, ['unexplained', `${cdr.id} is ${cdr.disposition} (${cdr.notSentCode})`]] };
  return { found, excuse: { what: 'not sent', fault } };
}

/**
 * Concluded from silence. Allowed if the Originate may have been lost on its way, or if every observer was cut off at
 * the moment of dial1's end. Never allowed if dial1 answered: Asterisk's journal has its first step, and a death of
 * Asterisk makes it unknown.
 */
function fromSilence(call: SoakCall, cdr: BookedCdr, rang: Rang, faults: readonly BookedFault[]): Decision {
  const found = unasked(cdr, rang, 'dial2');
  const [rangAt] = rang.dial1;
  const startedAt = Date.parse(cdr.startedAt);
  if (!isDial1Disposition(cdr, 'no_answer')) {
    // The Hangup was received, and Asterisk died before the rest.
    const death = deathUnder(spanOf(cdr), faults);
    if (death === undefined) found.push(['untrue', `${cdr.id} is lost, and ${cdr.disposition}`]);
    else return { found: [...found, ...untrue(call, cdr)], excuse: { what: 'from silence', fault: death } };
  }
  if (rangAt !== undefined && mustAnswer(call)) found.push(['untrue', `${cdr.id} is lost, and dial1 answered`]);
  const ringsMs = call.truth.some(({ dial1 }) => dial1 === 'no_answer') ? ringMs(call) : 0;
  const fault =
    rangAt === undefined
      ? whyNeverSent(startedAt, faults)
      : whyUnheard(startedAt, { from: rangAt, to: rangAt + ringsMs + eventLateMs }, faults);
  if (fault === undefined) return { found: [...found, ['unexplained', `${cdr.id} is concluded from silence`]] };
  return { found, excuse: { what: 'from silence', fault } };
}

/** Both legs and the attempt as a whole must be possible for these phones. */
function untrue({ truth, kind }: SoakCall, cdr: BookedCdr): Found[] {
  const { id, disposition, connected, dial1, dial2 } = cdr;
  const isTrue =
    truth.some((one) => one.dial1 === dial1.disposition && one.dial2 === dial2.disposition) &&
    disposition === (dial1.disposition === 'answered' ? dial2 : dial1).disposition &&
    connected === (disposition === 'answered');
  const said = `${disposition} (dial1 ${dial1.disposition}, dial2 ${dial2.disposition}, ${connected ? '' : 'not '}connected)`;
  return isTrue ? [] : [['untrue', `${id} is ${said}: ${kind}`]];
}

/** One INVITE to a registered dial1, and one to dial2 if dial1 answered. Another check reports more than one. */
function unlikeItsKind(call: SoakCall, cdr: BookedCdr, rang: Rang): Found[] {
  const found: Found[] = [];
  if (call.dial1Rings && rang.dial1.length === 0)
    found.push(['lost', `no INVITE to dial1 in ${cdr.id}: ${cdr.disposition}`]);
  if (cdr.dial1.disposition !== 'answered') found.push(...unasked(cdr, rang, 'dial2'));
  else if (rang.dial2.length === 0) found.push(['lost', `no INVITE to dial2 in ${cdr.id}: ${cdr.disposition}`]);
  return found;
}

function unasked(cdr: BookedCdr, rang: Rang, leg: Leg): Found[] {
  return rang[leg].length > 0 ? [['untrue', `${cdr.id} is ${cdr.disposition}, and ${leg} rang`]] : [];
}

function isDial1Disposition({ disposition, dial1, dial2, connected }: BookedCdr, word: string): boolean {
  return disposition === word && dial1.disposition === word && dial2.disposition === 'not_dialed' && !connected;
}

const mayAnswer = ({ truth }: SoakCall) => truth.some(({ dial1 }) => dial1 === 'answered');
const mustAnswer = ({ truth }: SoakCall) => truth.every(({ dial1 }) => dial1 === 'answered');
const ringMs = ({ request }: SoakCall) => request.dial1RingTimeoutSeconds * 1_000;
const spanOf = ({ startedAt, endedAt }: BookedCdr) => ({ from: Date.parse(startedAt), to: Date.parse(endedAt) });
