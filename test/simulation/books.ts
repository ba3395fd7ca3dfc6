import {
  type AttemptId,
  type AttemptRecord,
  type Call,
  type CallId,
  type Cdr,
  type Configuration,
  classOf,
  type Dial1Outcome,
  dayOf,
  isEnded,
  nextOpening,
  numbersOf,
} from '@redial/call';

/**
 * The books of a world: what the phones saw, what was written and what was told, and whether it agrees. Everything that can be held to at a
 * step is held to at that step; the rest when the world has come to rest.
 *
 * B1   An attempt is originated at most once, and only after its fence.
 * B2   The PBXs get no Originate that a process has not sent, so there are never more INVITEs than attempts.
 * B3   Each attempt has one CDR, and what it says is what the phones saw.
 * B4   A call that has ended never changes again.
 * B5   `unknown` only where a PBX died under the attempt, or every witness gave up.
 * B6   A call whose parties have talked is never dialled again.
 * B7   Nothing is dialled before its time, outside the windows, after its expiry, or beyond its retries and the cap of the day.
 * B8   A client that waits is told what dial1 did, and is never told `failed` of a dial1 that answered.
 * B9   Every call that was accepted ends, and nothing of it is left behind.
 */
export interface Books {
  readonly violations: readonly string[];
  readonly counts: Readonly<Record<Counted, number>>;
  violated(what: string): void;
  accepted(callId: CallId): void;
  callWritten(before: Call | undefined, after: Call): void;
  fenced(call: Call, attempt: AttemptRecord): void;
  /** Redis has died, and knows nothing of this fence. */
  forgotten(attempt: AttemptRecord): void;
  originateSent(attemptId: AttemptId): void;
  originateArrived(attemptId: AttemptId, pbx: string): void;
  dial1Answered(attemptId: AttemptId): void;
  connected(attemptId: AttemptId): void;
  pbxBooted(pbx: string, boot: string): void;
  settled(attempt: AttemptRecord, cdr: Cdr): void;
  told(callId: CallId, outcome: Dial1Outcome): void;
  /** The world is at rest. `left`: what is still there. */
  close(left: readonly string[]): void;
}

export type Counted = 'accepted' | 'attempts' | 'originates' | 'cdrs' | 'unknown' | 'lost' | 'connected' | 'told';

export interface BooksOptions {
  readonly now: () => number;
  readonly configuration: Configuration;
  /** How far a process's clock may be from the true time. */
  readonly skewMsMax: number;
  readonly tell?: (what: string) => void;
}

interface Seen {
  readonly attempt: AttemptRecord;
  sent: number;
  arrived: number;
  dial1Answered: boolean;
  connected: boolean;
  cdr?: Cdr;
  toldFailed?: boolean;
}

/** What an Originate takes on its way at most, from the last look at the clock to the PBX. */
const onItsWayMs = 2_500;

export function createBooks({ now, configuration, skewMsMax, tell }: BooksOptions): Books {
  const violations: string[] = [];
  const counts: Record<Counted, number> = {
    accepted: 0,
    attempts: 0,
    originates: 0,
    cdrs: 0,
    unknown: 0,
    lost: 0,
    connected: 0,
    told: 0,
  };
  const calls = new Map<CallId, Call>();
  const accepted = new Set<CallId>();
  const seen = new Map<AttemptId, Seen>();
  const talked = new Set<CallId>();
  const boots = new Map<string, string>();
  const attemptsOfDay = new Map<string, number>();

  const violated = (what: string): void => {
    if (violations.length < 20) violations.push(what);
  };
  const expect = (holds: boolean, what: () => string): void => {
    if (!holds) violated(what());
  };

  function checkMoment(call: Call, attempt: AttemptRecord): void {
    const tenant = configuration.tenants.find(({ id }) => id === call.tenantId);
    const at = now();
    const { notBeforeAt = 0, expiresAt = Number.POSITIVE_INFINITY } = call.request;
    const dueAt = Math.max(notBeforeAt, attempt.dueAt);
    const sinceAsked = onItsWayMs + skewMsMax;
    expect(at >= dueAt - skewMsMax, () => `B7 ${attempt.id} was dialled ${dueAt - at} ms before its time`);
    expect(at <= expiresAt + sinceAsked, () => `B7 ${attempt.id} was dialled ${at - expiresAt} ms after its expiry`);
    if (tenant === undefined || numbersOf(call).length === 0) return;
    const opening = nextOpening(tenant.callingWindows, tenant.timeZone, at);
    const wasOpen = nextOpening(tenant.callingWindows, tenant.timeZone, at - sinceAsked);
    const isOpen = (opening ?? at + 1) <= at + skewMsMax || (wasOpen ?? at + 1) <= at;
    expect(isOpen, () => `B7 ${attempt.id} was dialled outside of the calling windows`);
    for (const number of new Set(numbersOf(call))) {
      const counter = `${tenant.id} ${dayOf(attempt.originatedAt, tenant.timeZone)} ${number}`;
      const made = (attemptsOfDay.get(counter) ?? 0) + 1;
      attemptsOfDay.set(counter, made);
      const most = tenant.caps.attemptsPerNumberPerDay ?? Number.POSITIVE_INFINITY;
      expect(made <= most, () => `B7 ${attempt.id} is attempt ${made} of a day that has ${most}`);
    }
  }

  const hasPbxDied = ({ pbx, pbxBoot }: AttemptRecord) => boots.get(pbx) !== pbxBoot;

  function checkTruth({ attempt, cdr, dial1Answered, connected }: Seen): void {
    if (cdr === undefined) return;
    const { id } = attempt;
    const gaveUp = cdr.evidence.gaveUpAt !== undefined;
    const nobodyKnows = cdr.disposition === 'unknown';
    if (nobodyKnows) {
      expect(
        hasPbxDied(attempt) || gaveUp || isHalfHeard(cdr),
        () => `B5 ${id} is unknown, and its PBX lived and was asked`,
      );
    }
    expect(!cdr.connected || connected, () => `B3 the CDR of ${id} says connected, and nobody talked`);
    expect(
      !connected || cdr.connected || nobodyKnows,
      () => `B3 ${id} was connected, and its CDR is ${cdr.disposition}`,
    );
    const saysAnswered = cdr.dial1.disposition === 'answered';
    expect(!saysAnswered || dial1Answered, () => `B3 the CDR of ${id} says dial1 answered, and it did not`);
    expect(
      !dial1Answered || saysAnswered || nobodyKnows,
      () => `B3 dial1 of ${id} answered, and its CDR says ${cdr.dial1.disposition}`,
    );
  }

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
      if (before === undefined || !isEnded(before.state)) return;
      violated(`B4 call ${after.id} had ended as ${before.state.status} and became ${after.state.status}`);
    },
    fenced: (call, attempt) => {
      counts.attempts++;
      tell?.(`fenced ${attempt.id}, number ${attempt.attemptNumber} of ${call.id}, for ${attempt.pbx}`);
      expect(!seen.has(attempt.id), () => `B1 ${attempt.id} was fenced twice`);
      seen.set(attempt.id, {
        attempt,
        sent: 0,
        arrived: 0,
        dial1Answered: false,
        connected: false,
      });
      const { maxRetries, networkBudget } = call.request.retryPolicy;
      const used = call.history.filter((a) => ['contact', 'unknown'].includes(classOf(a.disposition))).length;
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
      tell?.(`the fence of ${id} of ${callId} is forgotten`);
      // One that was sent stays: its call will be fenced twice.
      if (seen.get(id)?.sent === 0 && seen.delete(id)) counts.attempts--;
    },
    originateSent: (attemptId) => {
      const found = seen.get(attemptId);
      if (found === undefined) return violated(`B1 ${attemptId} was originated without a fence`);
      found.sent++;
      expect(found.sent === 1, () => `B1 ${attemptId} was originated ${found.sent} times`);
      expect(found.cdr === undefined, () => `B1 ${attemptId} was originated after it was settled`);
    },
    originateArrived: (attemptId, pbx) => {
      counts.originates++;
      tell?.(`${pbx} got the Originate of ${attemptId}`);
      const found = seen.get(attemptId);
      if (found === undefined) return violated(`B2 ${pbx} got an Originate of ${attemptId}, which nobody fenced`);
      const { attempt } = found;
      found.arrived++;
      expect(found.arrived <= found.sent, () => `B2 ${pbx} got ${found.arrived} Originates of ${attemptId}`);
      expect(attempt.pbx === pbx, () => `B2 ${attemptId} was fenced for ${attempt.pbx} and came to ${pbx}`);
      expect(
        !talked.has(attempt.callId),
        () => `B6 call ${attempt.callId} is dialled again, and its parties have talked`,
      );
      const call = calls.get(attempt.callId);
      if (call !== undefined) checkMoment(call, attempt);
    },
    dial1Answered: (attemptId) => {
      const found = seen.get(attemptId);
      if (found === undefined) return;
      tell?.(`dial1 of ${attemptId} answers`);
      found.dial1Answered = true;
      expect(!found.toldFailed, () => `B8 a client was told that ${attemptId} failed, and dial1 answers`);
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
    pbxBooted: (pbx, boot) => void boots.set(pbx, boot),
    settled: (attempt, cdr) => {
      counts.cdrs++;
      tell?.(`settled ${attempt.id} as ${cdr.disposition}: ${JSON.stringify(cdr.evidence)}`);
      const found = seen.get(attempt.id);
      if (found === undefined) return violated(`B3 ${attempt.id} was settled and never fenced`);
      expect(found.cdr === undefined, () => `B3 ${attempt.id} was settled twice`);
      found.cdr = cdr;
      if (cdr.disposition === 'unknown') counts.unknown++;
      if (cdr.lost) counts.lost++;
      checkTruth(found);
    },
    told: (callId, outcome) => {
      counts.told++;
      tell?.(`a client of ${callId} is told ${JSON.stringify(outcome)}`);
      if (outcome.type === 'pending') return;
      if (outcome.type === 'failed' && outcome.uniqueId1 === undefined) {
        const call = calls.get(callId);
        const hasEnded = call !== undefined && isEnded(call.state);
        return expect(hasEnded, () => `B8 a client was told that call ${callId} failed, and it had not ended`);
      }
      const found = seen.get(outcome.uniqueId1 as AttemptId);
      if (found === undefined) return violated(`B8 a client was told of ${outcome.uniqueId1}, which there is not`);
      if (outcome.type === 'answered')
        return expect(found.dial1Answered, () => `B8 a client was told that ${found.attempt.id} was answered`);
      if (outcome.why === 'unknown' && hasPbxDied(found.attempt)) return;
      found.toldFailed = true;
      expect(!found.dial1Answered, () => `B8 a client was told ${outcome.why} of ${found.attempt.id}, which answered`);
    },
    close: (left) => {
      for (const what of left) violated(`B9 left behind: ${what}`);
      for (const callId of accepted) {
        const call = calls.get(callId);
        if (call === undefined) violated(`B9 call ${callId} was accepted and is not there`);
        else expect(isEnded(call.state), () => `B9 call ${callId} was accepted and is still ${call.state.status}`);
      }
      for (const found of seen.values()) {
        expect(found.cdr !== undefined, () => `B3 ${found.attempt.id} has no CDR`);
        checkTruth(found);
      }
    },
  };
}

/** Failure 0 of a phone that had rung, and the link broke before its Hangup: dial1 did not answer, and nobody heard why. */
function isHalfHeard({ evidence, dial1 }: Cdr): boolean {
  const { originateFailed, rangAt, dial1Hangup } = evidence;
  return dial1.disposition === 'unknown' && originateFailed !== undefined && rangAt !== undefined && !dial1Hangup;
}
