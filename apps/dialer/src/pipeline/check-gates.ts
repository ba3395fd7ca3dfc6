import {
  type Call,
  checkGates,
  dayOf,
  type GateDecision,
  gateDecision,
  numbersOf,
  pbxsFor,
  trunksOf,
} from '@redial/call';
import type { TenantConfiguration } from '@redial/configuration';
import { numberFacts } from '@redial/numbering';
import { backOffMs } from '@redial/platform';
import { tenantCounts } from '@redial/store';
import { closeGate } from './close-gate.ts';
import { type DialContext, findTenant } from './dial-context.ts';
import type { DialFacts } from './dial-gates.ts';
import type { DialResult } from './dial-result.ts';
import { type CallLimits, limitsOfCall } from './limits-of-call.ts';
import type { LoadedCall } from './load.ts';

/** Every gate allows the call. The facts that they read are carried on. */
export interface AllowedCall extends LoadedCall {
  readonly tenant: TenantConfiguration;
  readonly limits: CallLimits;
  readonly pbxsUp: readonly string[];
}

/** Checks every gate, in the order of the list. */
export async function allowByGates(context: DialContext, loaded: LoadedCall): Promise<AllowedCall | DialResult> {
  const facts = await collectFacts(context, loaded.call.value);
  for (const { name, check } of context.gates) {
    const decision = gateDecision(name, await check(facts), facts);
    if (decision.decision !== 'allow') return closeGate(context, loaded, decision);
  }
  const { tenant, limits, pbxsUp } = facts;
  // The tenant gate defers a call without one.
  return { ...loaded, tenant: tenant as TenantConfiguration, limits, pbxsUp };
}

/**
 * Checks those gates again whose answer time can have changed. The claim checks the counts of the day, and the price of
 * a number does not change.
 */
export function recheckGates({ gates, clock, configuration }: DialContext, call: Call): GateDecision {
  const facts = { call, tenant: findTenant(configuration, call.tenantId), now: clock.now(), attemptsToday: 0 };
  const rechecked = gates.filter((gate) => gate.rechecked);
  return checkGates(rechecked, facts);
}

async function collectFacts(context: DialContext, call: Call): Promise<DialFacts> {
  const { configuration, clock, pbxs, confirmations } = context;
  const now = clock.now();
  const tenant = findTenant(configuration, call.tenantId);
  const pbxsConfigured = pbxsFor(trunksOf(call.request.dial1, call.request.dial2), configuration);
  return {
    call,
    tenant,
    now,
    numberFacts,
    ...(await countsOfToday(context, call, tenant, now)),
    limits: limitsOfCall(call, configuration),
    pbxsConfigured,
    pbxsUp: pbxsConfigured.filter((name) => pbxs.get(name)?.pbx.isUp),
    confirmsWrites: confirmations.areGiven,
    nextCheckAt: (gate) => nextCheckAt(call, gate, clock.now()),
  };
}

/** One query of Redis, and none if the tenant has no limit of a day. */
async function countsOfToday(
  { store }: DialContext,
  call: Call,
  tenant: TenantConfiguration | undefined,
  now: number,
): Promise<Pick<DialFacts, 'attemptsToday' | 'tenantToday'>> {
  const { callsPerDay, minutesPerDay } = tenant?.quotas ?? {};
  const isCapped = tenant?.caps.attemptsPerNumberPerDay !== undefined;
  if (tenant === undefined || (!isCapped && callsPerDay === undefined && minutesPerDay === undefined))
    return { attemptsToday: 0 };
  const names = [tenantCounts.attempts, tenantCounts.talkSeconds, ...numbersOf(call)];
  const [calls = 0, talkSeconds = 0, ...attempts] = await store.attemptsToday(
    tenant.id,
    dayOf(now, tenant.timeZone),
    names,
  );
  return { attemptsToday: Math.max(0, ...attempts), tenantToday: { calls, talkSeconds } };
}

/**
 * Without a PBX, or without Redis's confirmation, a call is checked again after this at first, and after up to twice
 * `nextCheckMsMax` later on.
 */
const nextCheckMs = 5_000;
const nextCheckMsMax = 30_000;

/** Later each time, and spread: a hundred thousand due calls that miss the same thing must not keep Redis busy. */
function nextCheckAt({ gateNote }: Call, gate: string, now: number): number {
  const before = gateNote?.gate === gate ? (gateNote.until ?? 0) - gateNote.at : 0;
  return now + backOffMs(1, { firstMs: 2 * Math.max(nextCheckMs, before), maxMs: 2 * nextCheckMsMax, spread: 0.5 });
}
