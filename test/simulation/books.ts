import {
  type AttemptId,
  type AttemptRecord,
  type Call,
  type CallId,
  type Cdr,
  classOf,
  type Dial1Outcome,
  isEnded,
} from '@redial/call';
import type { Actor } from './agenda.ts';
import { createChecksOfAttempts } from './checks-of-attempts.ts';
import { createChecksOfCalls, isRolledBack } from './checks-of-calls.ts';
import type { BooksOptions, Counted, Ledger, Seen } from './ledger.ts';
import type { AttemptEnd } from './truth.ts';

/**
 * The books of a world: what the phones saw, what was written and what was sent, and whether these agree. Every rule
 * that can be checked at a step is checked at that step, and the rest when the world has come to rest.
 *
 * B1   An attempt is originated at most once, and only after its claim.
 * B2   The PBXs get no Originate that a process has not sent, so there are never more INVITEs than attempts.
 * B3   Each attempt has one CDR, and it states what the phones saw.
 * B4   A call that has ended never changes again.
 * B5   `unknown` only if a PBX died during the attempt, or every observer gave up.
 * B6   A call whose parties have talked is never dialled again.
 * B7   Nothing is dialled before its time, outside the windows, after its expiry, or beyond its retries and the cap of
 *      the day.
 * B8   A waiting client gets dial1's real outcome, and never `failed` for a dial1 that answered.
 * B9   Every accepted call ends, and leaves nothing behind.
 * B10  A call whose cancel was acknowledged is not dialled again, its ringing legs are hung up soon, and it ends as
 *      canceled, except if its parties ended their talk themselves. No call is canceled without a request.
 * B11  The state of a call follows from its attempts and its policy: no retry too few, none too many, none at another
 *      time.
 * B12  The disposition in a CDR is the table's word for the answer of the network.
 * B13  An attempt is lost only if its Originate was lost, or no living process received its end. In calm weather none
 *      is lost or unknown.
 */
export interface Books {
  readonly violations: readonly string[];
  readonly counts: Readonly<Record<Counted, number>>;
  violated(what: string): void;
  accepted(callId: CallId): void;
  cancelAsked(callId: CallId): void;
  cancelAcknowledged(callId: CallId): void;
  callWritten(before: Call | undefined, after: Call): void;
  claimed(call: Call, attempt: AttemptRecord, by: Actor): void;
  /** Redis has died and has lost this claim. */
  forgotten(attempt: AttemptRecord): void;
  originateSent(attemptId: AttemptId): void;
  /** The Originate was sent and will never arrive. */
  originateDropped(attemptId: AttemptId): void;
  originateArrived(attemptId: AttemptId, pbx: string): void;
  dial1Rang(attemptId: AttemptId): void;
  dial1Answered(attemptId: AttemptId): void;
  connected(attemptId: AttemptId): void;
  ended(attemptId: AttemptId, end: AttemptEnd): void;
  /**
   * A process that watches the attempt has learned that dial1's channel has ended, or that this can no longer be known.
   */
  heardEnd(attemptId: AttemptId, observer: Actor): void;
  /** Such a process missed a fact, or got it out of order. */
  missed(attemptId: AttemptId): void;
  pbxStarted(pbx: string, pbxStartedAt: string): void;
  /** The queue has lost the report of this attempt's end. */
  resultLost(attemptId: AttemptId | undefined): void;
  settled(attempt: AttemptRecord, cdr: Cdr): void;
  reported(callId: CallId, outcome: Dial1Outcome): void;
  /** The world is at rest. `left`: everything that still exists. */
  close(left: readonly string[]): void;
}

export function createBooks(options: BooksOptions): Books {
  const { now, tell } = options;
  const violations: string[] = [];
  const counts: Record<Counted, number> = {
    accepted: 0,
    attempts: 0,
    originates: 0,
    cdrs: 0,
    unknown: 0,
    lost: 0,
    connected: 0,
    reported: 0,
    halfHeard: 0,
    canceled: 0,
  };
  const calls = new Map<CallId, Call>();
  const accepted = new Set<CallId>();
  const seen = new Map<AttemptId, Seen>();
  const talked = new Set<CallId>();
  const cancelAsked = new Set<CallId>();
  const canceledAt = new Map<CallId, number>();
  const boots = new Map<string, string>();

  const violated = (what: string): void => {
    if (violations.length < 20) violations.push(what);
  };
  const expect = (holds: boolean, what: () => string): void => {
    if (!holds) violated(what());
  };

  const ledger: Ledger = {
    ...options,
    ...{ calls, seen, cancelAsked, canceledAt, violated, expect },
    count: (what) => void counts[what]++,
    hasPbxDied: ({ pbx, pbxStartedAt }) => boots.get(pbx) !== pbxStartedAt,
  };
  const { checkTime, uncountDay, checkCanceled, checkBecame } = createChecksOfCalls(ledger);
  const { checkHungUp, checkLost, checkWord, checkTruth } = createChecksOfAttempts(ledger);
  const { hasPbxDied } = ledger;

  return {
    violations,
    counts,
    violated,
    accepted: (callId) => {
      counts.accepted++;
      accepted.add(callId);
    },
    callWritten: (before, after) => {
      calls.set(after.id, after);
      if (before === undefined) return;
      if (!isEnded(before.state)) return checkBecame(before, after);
      violated(`B4 call ${after.id} had ended as ${before.state.status} and became ${after.state.status}`);
    },
    cancelAsked: (callId) => void cancelAsked.add(callId),
    cancelAcknowledged: (callId) => {
      counts.canceled++;
      tell?.(`the cancel of ${callId} is acknowledged`);
      if (!canceledAt.has(callId)) canceledAt.set(callId, now());
      const call = calls.get(callId);
      if (call !== undefined) checkCanceled(call);
    },
    claimed: (call, attempt, by) => {
      counts.attempts++;
      tell?.(`claimed ${attempt.id}, number ${attempt.attemptNumber} of ${call.id}, for ${attempt.pbx}`);
      expect(!seen.has(attempt.id), () => `B1 ${attempt.id} was claimed twice`);
      expect(!canceledAt.has(call.id), () => `B10 call ${call.id} is dialled after its cancel was acknowledged`);
      seen.set(attempt.id, {
        attempt,
        by,
        heardEnd: new Set(),
        sent: 0,
        arrived: 0,
        dial1Answered: false,
        connected: false,
      });
      const { maxRetries, networkBudget } = call.request.retryPolicy;
      const used = call.history.filter((a) => ['callee', 'unknown'].includes(classOf(a.disposition))).length;
      const faults = call.history.length - call.history.findLastIndex((a) => classOf(a.disposition) !== 'network') - 1;
      expect(
        used <= maxRetries,
        () => `B7 call ${call.id} is dialled after ${used} attempts, and has ${maxRetries} retries`,
      );
      expect(faults <= networkBudget.maxRetries, () => `B7 call ${call.id} is dialled after ${faults} faults in a row`);
      expect(
        call.history.every(({ disposition }) => !['answered', 'unknown', 'canceled'].includes(disposition)),
        () => `B6 call ${call.id} is dialled after ${call.history.at(-1)?.disposition}`,
      );
    },
    forgotten: ({ id, callId }) => {
      tell?.(`the claim of ${id} of ${callId} is forgotten`);
      // A sent one stays: its call will be claimed twice.
      if (seen.get(id)?.sent === 0 && seen.delete(id)) counts.attempts--;
    },
    originateSent: (attemptId) => {
      const found = seen.get(attemptId);
      if (found === undefined) return violated(`B1 ${attemptId} was originated without a claim`);
      found.sent++;
      expect(found.sent === 1, () => `B1 ${attemptId} was originated ${found.sent} times`);
      expect(found.cdr === undefined, () => `B1 ${attemptId} was originated after it was settled`);
    },
    originateDropped: (attemptId) => {
      const found = seen.get(attemptId);
      if (found !== undefined) found.dropped = true;
    },
    originateArrived: (attemptId, pbx) => {
      counts.originates++;
      tell?.(`${pbx} got the Originate of ${attemptId}`);
      const found = seen.get(attemptId);
      if (found === undefined) return violated(`B2 ${pbx} got an Originate of ${attemptId}, which has no claim`);
      const { attempt } = found;
      found.arrived++;
      expect(found.arrived <= found.sent, () => `B2 ${pbx} got ${found.arrived} Originates of ${attemptId}`);
      expect(attempt.pbx === pbx, () => `B2 ${attemptId} was claimed for ${attempt.pbx} and came to ${pbx}`);
      expect(
        !talked.has(attempt.callId),
        () => `B6 call ${attempt.callId} is dialled again, and its parties have talked`,
      );
      const call = calls.get(attempt.callId);
      if (call !== undefined) checkTime(call, attempt);
    },
    dial1Rang: (attemptId) => {
      const found = seen.get(attemptId);
      if (found !== undefined) found.aliveAt ??= now();
    },
    dial1Answered: (attemptId) => {
      const found = seen.get(attemptId);
      if (found === undefined) return;
      tell?.(`dial1 of ${attemptId} answers`);
      found.dial1Answered = true;
      found.aliveAt ??= now();
      expect(!found.reportedFailed, () => `B8 a client was told that ${attemptId} failed, and dial1 answers`);
      expect(
        found.cdr === undefined,
        () => `B3 ${attemptId} was settled as ${found.cdr?.disposition}, and dial1 answers`,
      );
    },
    connected: (attemptId) => {
      const found = seen.get(attemptId);
      if (found === undefined) return;
      counts.connected++;
      tell?.(`connected ${attemptId}`);
      found.connected = true;
      talked.add(found.attempt.callId);
    },
    ended: (attemptId, end) => {
      const found = seen.get(attemptId);
      if (found === undefined) return;
      tell?.(`${attemptId} ends: ${JSON.stringify(end)}`);
      found.end = end;
      checkHungUp(found);
    },
    heardEnd: (attemptId, observer) => void seen.get(attemptId)?.heardEnd.add(observer),
    missed: (attemptId) => {
      const found = seen.get(attemptId);
      if (found !== undefined) found.missed = true;
    },
    pbxStarted: (pbx, pbxStartedAt) => void boots.set(pbx, pbxStartedAt),
    resultLost: (attemptId) => {
      const found = attemptId && seen.get(attemptId);
      if (found) found.resultLost = true;
    },
    settled: (attempt, cdr) => {
      counts.cdrs++;
      tell?.(`settled ${attempt.id} as ${cdr.disposition}: ${JSON.stringify(cdr.evidence)}`);
      const found = seen.get(attempt.id);
      if (found === undefined) return violated(`B3 ${attempt.id} was settled and never claimed`);
      expect(found.cdr === undefined, () => `B3 ${attempt.id} was settled twice`);
      found.cdr = cdr;
      if (cdr.disposition === 'unknown') counts.unknown++;
      if (cdr.lost) {
        counts.lost++;
        checkLost(found);
      }
      checkWord(found, cdr);
      checkTruth(found);
      uncountDay(found);
    },
    reported: (callId, outcome) => {
      counts.reported++;
      tell?.(`a client of ${callId} gets ${JSON.stringify(outcome)}`);
      if (outcome.type === 'pending') return;
      if (outcome.type === 'failed' && outcome.uniqueId1 === undefined) {
        const call = calls.get(callId);
        const hasEnded = call !== undefined && isEnded(call.state);
        return expect(hasEnded, () => `B8 a client was told that call ${callId} failed, and it had not ended`);
      }
      const found = seen.get(outcome.uniqueId1 as AttemptId);
      if (found === undefined) return violated(`B8 a client got ${outcome.uniqueId1}, which does not exist`);
      if (outcome.type === 'answered')
        return expect(found.dial1Answered, () => `B8 a client was told that ${found.attempt.id} was answered`);
      if (outcome.why === 'unknown' && hasPbxDied(found.attempt)) return;
      found.reportedFailed = true;
      expect(!found.dial1Answered, () => `B8 a client was told ${outcome.why} of ${found.attempt.id}, which answered`);
    },
    close: (left) => {
      for (const what of left) violated(`B9 left behind: ${what}`);
      for (const callId of accepted) {
        const call = calls.get(callId);
        if (call === undefined) {
          violated(`B9 call ${callId} was accepted and is not there`);
          continue;
        }
        checkCanceled(call);
        expect(!isRolledBack(call), () => `B9 call ${callId} was accepted and rolled back`);
        expect(isEnded(call.state), () => `B9 call ${callId} was accepted and is still ${call.state.status}`);
      }
      for (const found of seen.values()) {
        expect(found.cdr !== undefined, () => `B3 ${found.attempt.id} has no CDR`);
        checkTruth(found);
      }
    },
  };
}
