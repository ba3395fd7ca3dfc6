import type { Call } from '../call/call.ts';
import { outsideNumberOf } from '../call/request.ts';
import type { Tenant } from '../tenant/tenant.ts';
import { nextDayAt } from '../time/schedule.ts';
import { nextOpening } from './calling-window.ts';
import { type NumberFacts, refusedDestination } from './toll-destination.ts';

/** What a gate says of a due call. */
export type GateAnswer =
  | { readonly decision: 'allow' }
  /** Not now: ask again at `until`. Uses up no attempt. */
  | { readonly decision: 'defer'; readonly until: number; readonly reason: string }
  /** Never. */
  | { readonly decision: 'block'; readonly reason: string }
  /** Its time is over. */
  | { readonly decision: 'expire'; readonly reason: string };

export interface GateFacts {
  readonly call: Call;
  readonly tenant: Tenant | undefined;
  readonly now: number;
  /** Attempts already made today (tenant's day) towards the numbers of this call, most of any. */
  readonly attemptsToday: number;
  /** The tenant's own attempts and seconds of talk today. Absent: not asked for. */
  readonly tenantToday?: { readonly calls: number; readonly talkSeconds: number };
  /** What the countries' plans say of a number. Absent: nothing. */
  readonly numberFacts?: (e164: string, plan: Tenant['numberingPlan']) => NumberFacts;
}

export type Gate = (facts: GateFacts) => GateAnswer;

const allow: GateAnswer = { decision: 'allow' };
const pausedCheckMs = 30_000;

/**
 * Every rule between a due call and Originate, in the order they are asked. All ways to be dialled come through here, the
 * dashboard's Retry and Promote buttons included. The last gates, PBX and trunk permits and rate, need Redis: the dialer asks
 * them last, because they take what they grant.
 */
export const gates: readonly (readonly [name: string, gate: Gate])[] = [
  ['tenant', known],
  ['destination', destination],
  ['expired', expired],
  ['due', due],
  ['paused', paused],
  ['do_not_call', doNotCall],
  ['toll', toll],
  ['window', window],
  ['cap', cap],
  ['quotas', dayQuotas],
];

export type GateDecision = GateAnswer & { readonly gate: string };

/** The first gate that does not let the call pass, or `allow`. */
export function askGates(facts: GateFacts): GateDecision {
  for (const [name, gate] of gates) {
    const answer = gate(facts);
    if (answer.decision !== 'allow') return { ...orExpired(answer, facts), gate: name };
  }
  return { ...allow, gate: 'all' };
}

/** What would be put off beyond its own end is over now: whoever waits for it need not wait until then to hear so. */
function orExpired(answer: GateAnswer, { call }: GateFacts): GateAnswer {
  const { expiresAt } = call.request;
  if (answer.decision !== 'defer' || expiresAt === undefined || answer.until <= expiresAt) return answer;
  return { decision: 'expire', reason: `${answer.reason}, until expiresAt has passed` };
}

/** A configuration reaches the dialers one after the other: this one may not have read of a new tenant yet. */
function known({ tenant, now }: GateFacts): GateAnswer {
  if (tenant !== undefined) return allow;
  return { decision: 'defer', until: now + pausedCheckMs, reason: 'the dialer’s configuration has no such tenant' };
}

/** A service or a context that was there when the call was accepted, and is no longer the tenant's. */
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

/** A job may be taken early: promoted by hand, or by a queue whose clock runs ahead of ours. */
function due({ call, now }: GateFacts): GateAnswer {
  const dueAt = 'dueAt' in call.state ? call.state.dueAt : now;
  return now < dueAt ? { decision: 'defer', until: dueAt, reason: 'not due yet' } : allow;
}

function paused({ tenant, now }: GateFacts): GateAnswer {
  return tenant?.paused ? { decision: 'defer', until: now + pausedCheckMs, reason: 'the tenant is paused' } : allow;
}

function doNotCall({ call, tenant }: GateFacts): GateAnswer {
  const listed = numbersOf(call).some((e164) => tenant?.doNotCall.includes(e164));
  return listed ? { decision: 'block', reason: 'a number of this call is on the do-not-call list' } : allow;
}

/** Asked again when the call is due: the lists change, and a service of the PBX may have become another. */
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

/** Outside numbers that the call would ring. */
export function numbersOf(call: Call): string[] {
  return [call.request.dial1, call.request.dial2].flatMap((destination) => outsideNumberOf(destination) ?? []);
}
