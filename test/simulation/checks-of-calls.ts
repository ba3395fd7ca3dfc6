import {
  type AttemptId,
  type AttemptRecord,
  type Call,
  type CdrLeg,
  classOf,
  dayOf,
  destinationDigits,
  isEnded,
  nextOpening,
  numbersOf,
  outsideNumberOf,
} from '@redial/call';
import { whatIsWrongWithEnd } from './ends-of-calls.ts';
import type { Ledger, Seen } from './ledger.ts';

/** The longest way of an Originate, from the last reading of the clock to the PBX. */
const onItsWayMs = 2_500;
/** B7, B10 and B11: when a call is dialled, and its state afterwards. */
export function createChecksOfCalls(ledger: Ledger) {
  const { now, configuration, skewMsMax, seen, cancelAsked, canceledAt, expect } = ledger;
  const attemptsOfDay = new Map<string, number>();

  function checkTime(call: Call, attempt: AttemptRecord): void {
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

  /**
   * The day's cap counts people who were disturbed by a dialled attempt. dial2 was disturbed once dial1 had answered,
   * unless the network had no line to dial2. dial1 was disturbed unless the network had no line, or the truth is not
   * known.
   */
  function uncountDay({ attempt, cdr, arrived, dial1Answered, aliveAt }: Seen): void {
    const call = ledger.calls.get(attempt.callId);
    const tenant = configuration.tenants.find(({ id }) => id === attempt.tenantId);
    if (call === undefined || tenant === undefined || cdr === undefined || arrived === 0) return;
    const [first, second] = [call.request.dial1, call.request.dial2].map(outsideNumberOf);
    const isNetwork = (leg: CdrLeg) => leg.disposition !== 'not_dialed' && classOf(leg.disposition) === 'network';
    const spared = new Set<string | undefined>();
    if (!dial1Answered || isNetwork(cdr.dial2)) spared.add(second);
    if (aliveAt === undefined && isNetwork(cdr.dial1)) spared.add(first);
    else if (first !== undefined) spared.delete(first);
    for (const number of spared) {
      const counter = `${tenant.id} ${dayOf(attempt.originatedAt, tenant.timeZone)} ${number}`;
      if (number !== undefined) attemptsOfDay.set(counter, (attemptsOfDay.get(counter) ?? 0) - 1);
    }
  }

  const phonesOf = (call: Call) => {
    const { dial1Answered = false, connected = false } = seen.get(call.history.at(-1)?.attemptId as AttemptId) ?? {};
    return { dial1Answered, connected };
  };

  function checkCanceled(call: Call): void {
    if (!isEnded(call.state)) return;
    const { status } = call.state;
    if (status === 'canceled') {
      expect(cancelAsked.has(call.id) || isRolledBack(call), () => `B10 call ${call.id} is canceled without a request`);
      return;
    }
    const end = seen.get(call.history.at(-1)?.attemptId as AttemptId)?.end;
    const isTheirs = status === 'completed' && end?.type === 'talked' && end.by !== 'redial';
    expect(
      !canceledAt.has(call.id) || isTheirs,
      () => `B10 the cancel of ${call.id} was acknowledged: it is ${status}`,
    );
  }

  /** Its own time was over before an attempt, or between two. */
  function checkExpired(call: Call): void {
    const tenant = configuration.tenants.find(({ id }) => id === call.tenantId);
    const { expiresAt = Number.POSITIVE_INFINITY } = call.request;
    const latestAt = now() + skewMsMax;
    if (tenant === undefined || latestAt > expiresAt || tenant.caps.attemptsPerNumberPerDay !== undefined) return;
    // A call that a window defers beyond its end expires at once.
    const opening = numbersOf(call).length > 0 && nextOpening(tenant.callingWindows, tenant.timeZone, latestAt);
    const isPutOff = opening !== undefined && opening !== false && opening > expiresAt;
    expect(isPutOff, () => `B11 call ${call.id} expired ${expiresAt - latestAt} ms before its time was over`);
  }

  /**
   * No rule of these worlds blocks a call. Only a busy phone does, for a call with a waiting client or with one phone
   * on both sides.
   */
  function mayBeBusy({ request, gateNote, history }: Call): boolean {
    const [first, second] = [request.dial1, request.dial2].map((leg) => outsideNumberOf(leg) ?? destinationDigits(leg));
    const isOnePhone = first === second;
    return (
      (gateNote?.gate === 'extension' || gateNote?.gate === 'number') &&
      history.every(({ disposition }) => disposition !== 'answered') &&
      (request.outcomeAwaited === true || isOnePhone)
    );
  }

  function checkBecame(before: Call, after: Call): void {
    checkCanceled(after);
    if (isEnded(after.state) && after.state.status === 'blocked') {
      expect(mayBeBusy(after), () => `B11 call ${after.id} is blocked: no rule is`);
      return;
    }
    if (before.state.status === 'dialing' && after.history.length > before.history.length) {
      const wrong = whatIsWrongWithEnd({ call: after, now: now(), skewMsMax, phones: phonesOf(after) });
      expect(wrong === undefined, () => `B11 call ${after.id}: ${wrong}`);
      return;
    }
    if (!isEnded(after.state)) return;
    const { status } = after.state;
    if (status === 'expired') checkExpired(after);
    else expect(status === 'canceled', () => `B11 call ${after.id} was ${before.state.status} and became ${status}`);
  }

  return { checkTime, uncountDay, checkCanceled, checkBecame };
}

/** Its request was answered that it is not accepted, and no dialer has dialled it. */
export function isRolledBack({ state, history }: Call): boolean {
  return (
    isEnded(state) && state.status === 'canceled' && state.reason.startsWith('not accepted') && history.length === 0
  );
}
