import { type Call, isPlanned } from '../call/call.ts';
import { outsideNumberOf } from '../call/request.ts';
import { nextDayAt } from '../time/schedule.ts';
import { nextOpening } from './calling-window.ts';
import type { Gate, GateAnswer, GateFacts } from './gate.ts';
import { refusedDestination } from './toll-destination.ts';

/**
 * The rules between a due call and its Originate that need no PBX, in the order in which they are checked. They hold
 * for every way in which a call can be dialled, the queue dashboard's Retry and Promote buttons included. The dialer
 * adds its own to this list (apps/dialer/src/pipeline/dial-gates.ts).
 */
export const callGates: readonly (Gate & { readonly rechecked: boolean })[] = [
  { name: 'tenant', rechecked: true, check: known },
  { name: 'destination', rechecked: true, check: destination },
  { name: 'expired', rechecked: true, check: expired },
  { name: 'due', rechecked: true, check: due },
  { name: 'paused', rechecked: true, check: paused },
  { name: 'do_not_call', rechecked: true, check: doNotCall },
  // What a number costs does not change while the dialer waits, and the claim itself checks the counts of the day.
  { name: 'toll', rechecked: false, check: toll },
  { name: 'window', rechecked: true, check: window },
  { name: 'cap', rechecked: false, check: cap },
  { name: 'quotas', rechecked: false, check: dayQuotas },
];

const allow: GateAnswer = { decision: 'allow' };
const recheckMs = 30_000;

/** Dialers read a changed configuration one after the other. This one may not have the new tenant yet. */
function known({ tenant, now }: GateFacts): GateAnswer {
  if (tenant !== undefined) return allow;
  return { decision: 'defer', until: now + recheckMs, reason: 'the dialer’s configuration has no such tenant' };
}

/** The tenant had the service or the context when the call was accepted, and no longer has it. */
function destination({ call, tenant }: GateFacts): GateAnswer {
  for (const leg of [call.request.dial1, call.request.dial2]) {
    if (leg.kind === 'service' && !tenant?.services.some(({ name }) => name === leg.service))
      return { decision: 'block', reason: `there is no service ${leg.service} any more` };
    if (leg.kind === 'context' && !tenant?.contexts.includes(leg.context))
      return { decision: 'block', reason: `the context ${leg.context} may not be dialled any more` };
  }
  return allow;
}

function expired({ call, now }: GateFacts): GateAnswer {
  const { expiresAt } = call.request;
  return expiresAt !== undefined && now > expiresAt ? { decision: 'expire', reason: 'expiresAt has passed' } : allow;
}

/** A job can come early: an operator promoted it, or the queue's clock runs ahead. */
function due({ call, now }: GateFacts): GateAnswer {
  const dueAt = isPlanned(call.state) ? call.state.dueAt : now;
  return now < dueAt ? { decision: 'defer', until: dueAt, reason: 'not due yet' } : allow;
}

function paused({ tenant, now }: GateFacts): GateAnswer {
  return tenant?.paused ? { decision: 'defer', until: now + recheckMs, reason: 'the tenant is paused' } : allow;
}

function doNotCall({ call, tenant }: GateFacts): GateAnswer {
  const listed = numbersOf(call).some((e164) => tenant?.doNotCall.includes(e164));
  return listed ? { decision: 'block', reason: 'a number of this call is on the do-not-call list' } : allow;
}

/**
 * The API checked this when it accepted the call. Since then the lists may have changed, or a service may stand for
 * another number.
 */
function toll({ call, tenant, numberFacts }: GateFacts): GateAnswer {
  if (tenant === undefined) return allow;
  for (const e164 of numbersOf(call)) {
    const facts = numberFacts?.(e164, tenant.numberingPlan) ?? { isPremium: false, isAbroad: false };
    const refused = refusedDestination(e164, tenant, facts);
    if (refused !== undefined)
      return { decision: 'block', reason: `${refused.rule}: a number of this call ${refused.message}` };
  }
  return allow;
}

function window({ call, tenant, now }: GateFacts): GateAnswer {
  if (tenant === undefined || numbersOf(call).length === 0) return allow;
  const opening = nextOpening(tenant.callingWindows, tenant.timeZone, now);
  if (opening === undefined) return { decision: 'block', reason: 'no calling window ever opens' };
  return opening > now ? { decision: 'defer', until: opening, reason: 'outside the calling window' } : allow;
}

function cap({ tenant, now, attemptsToday }: GateFacts): GateAnswer {
  const most = tenant?.caps.attemptsPerNumberPerDay;
  if (tenant === undefined || most === undefined || attemptsToday < most) return allow;
  return {
    decision: 'defer',
    until: nextDayAt(now, tenant.timeZone),
    reason: 'the number has had its attempts for today',
  };
}

function dayQuotas({ tenant, now, tenantToday }: GateFacts): GateAnswer {
  if (tenant === undefined || tenantToday === undefined) return allow;
  const { callsPerDay, minutesPerDay } = tenant.quotas;
  const usedUp = (reason: string): GateAnswer => ({
    decision: 'defer',
    until: nextDayAt(now, tenant.timeZone),
    reason,
  });
  if (callsPerDay !== undefined && tenantToday.calls >= callsPerDay)
    return usedUp('quotas.callsPerDay is used up for today');
  if (minutesPerDay !== undefined && tenantToday.talkSeconds >= minutesPerDay * 60)
    return usedUp('quotas.minutesPerDay is used up for today');
  return allow;
}

/** The outside numbers that the call would ring. */
export function numbersOf(call: Call): string[] {
  return [call.request.dial1, call.request.dial2].flatMap((destination) => outsideNumberOf(destination) ?? []);
}
