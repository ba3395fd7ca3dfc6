import type { Cdr } from '@redial/call';
import type { Ledger, Seen } from './ledger.ts';
import { dispositionOfEnd } from './truth.ts';

/** Reading the records replaces a lost announcement, and a second hang-up replaces one that came before the channel. */
const hungUpWithinMs = 8_000;

/** B3, B5, B10, B12 and B13: the reports of an attempt, compared with what the phones saw. */
export function createChecksOfAttempts(ledger: Ledger) {
  const { now, skewMsMax, isCalm, cancelAsked, canceledAt, violated, expect, count, hasPbxDied } = ledger;

  /** dial1 still rings or talks, and a cancel was acknowledged. */
  function checkHungUp({ attempt, aliveAt, end }: Seen): void {
    const acknowledgedAt = canceledAt.get(attempt.callId);
    if (acknowledgedAt === undefined || aliveAt === undefined || end?.by === 'redial') return;
    const since = Math.max(acknowledgedAt, aliveAt);
    const isOurFault =
      now() - since > hungUpWithinMs &&
      ledger.redisFailedUntil() < acknowledgedAt &&
      ledger.isWatchedSince(attempt.pbx, attempt.originatedAt - skewMsMax);
    expect(!isOurFault, () => `B10 ${attempt.id} went on for ${now() - since} ms after its cancel was acknowledged`);
  }

  function checkLost(found: Seen): void {
    const { attempt, by, sent, arrived, dropped, resultLost, end, heardEnd } = found;
    const { id } = attempt;
    if (isCalm) violated(`B13 ${id} is lost, and nothing was broken`);
    if (hasPbxDied(attempt)) return;
    const isRedisFine = ledger.redisFailedUntil() < attempt.originatedAt - skewMsMax;
    if (sent === 0) {
      const mightHave = by.isAlive && (by.sleepsUntil ?? 0) < attempt.originatedAt - skewMsMax;
      expect(!mightHave || !isRedisFine, () => `B13 ${id} is lost: it was never sent, and its dialer lives`);
    } else if (arrived === 0) {
      expect(dropped === true, () => `B13 ${id} is lost: it was sent, and is on its way`);
    } else {
      expect(end !== undefined, () => `B13 ${id} is lost, and it lives`);
      const haveHeard = [...heardEnd].some((observer) => observer.isAlive);
      const what = () => `B13 ${id} is lost, and one who lives has heard that it ended: ${JSON.stringify(end)}`;
      expect(!haveHeard || !isRedisFine || resultLost === true, what);
    }
  }

  /** One of the two facts of a failing dial1 was missed, and the other is less exact. */
  const isHalfReported = ({ missed }: Seen, { evidence, disposition }: Cdr) =>
    missed === true && !evidence.dial1Hangup && evidence.originateFailed?.reason === 0 && disposition === 'unreachable';

  function checkWord(found: Seen, cdr: Cdr): void {
    const { attempt, end, arrived } = found;
    const { disposition, lost } = cdr;
    if (disposition === 'unknown' && isCalm) violated(`B13 ${attempt.id} is unknown, and nothing was broken`);
    if (disposition === 'canceled' || cdr.notSentCode === 'canceled') {
      expect(cancelAsked.has(attempt.callId), () => `B10 ${attempt.id} is canceled, and nobody asked for it`);
    }
    if (lost || disposition === 'unknown' || disposition === 'canceled') return;
    if (end === undefined) {
      const isNotSent = disposition === 'not_sent' && arrived === 0;
      expect(isNotSent, () => `B12 ${attempt.id} is ${disposition}, and has not ended`);
      return;
    }
    const word = dispositionOfEnd(end, attempt.plan.legs);
    if (disposition !== word && isHalfReported(found, cdr)) count('halfHeard');
    else
      expect(
        disposition === word,
        () => `B12 ${attempt.id} is ${disposition}, and was ${word}: ${JSON.stringify(end)}`,
      );
    if (end.type !== 'talked' || disposition !== 'answered') return;
    expect(cdr.talkMs === end.talkMs, () => `B12 the talk of ${attempt.id} is ${cdr.talkMs} ms, and was ${end.talkMs}`);
    const isTheirs = cdr.endedBy === end.by || (cdr.endedBy === null && end.by === 'redial');
    expect(isTheirs, () => `B12 ${attempt.id} was ended by ${cdr.endedBy}, and it was ${end.by}`);
  }

  function checkTruth({ attempt, cdr, dial1Answered, connected }: Seen): void {
    if (cdr === undefined) return;
    const { id } = attempt;
    const gaveUp = cdr.evidence.gaveUpAt !== undefined;
    const isUnknown = cdr.disposition === 'unknown';
    if (isUnknown) {
      expect(
        hasPbxDied(attempt) || gaveUp || isHalfHeard(cdr),
        () => `B5 ${id} is unknown, and its PBX lived and was queried`,
      );
    }
    expect(!cdr.connected || connected, () => `B3 the CDR of ${id} says connected, and nobody talked`);
    expect(!connected || cdr.connected || isUnknown, () => `B3 ${id} was connected, and its CDR is ${cdr.disposition}`);
    const isDial1Answered = cdr.dial1.disposition === 'answered';
    expect(!isDial1Answered || dial1Answered, () => `B3 the CDR of ${id} says dial1 answered, and it did not`);
    expect(
      !dial1Answered || isDial1Answered || isUnknown,
      () => `B3 dial1 of ${id} answered, and its CDR states ${cdr.dial1.disposition}`,
    );
  }

  return { checkHungUp, checkLost, checkWord, checkTruth };
}

/**
 * Failure 0 of a phone that rang, and the link broke before its Hangup: dial1 did not answer, and no process learned
 * why.
 */
function isHalfHeard({ evidence, dial1 }: Cdr): boolean {
  const { originateFailed, rangAt, dial1Hangup } = evidence;
  return dial1.disposition === 'unknown' && originateFailed !== undefined && rangAt !== undefined && !dial1Hangup;
}
