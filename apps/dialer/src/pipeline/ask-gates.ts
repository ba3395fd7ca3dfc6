import {
  askGates,
  type Call,
  type CallSignal,
  dayOf,
  destinationRuleOf,
  type GateDecision,
  type GateFacts,
  numbersOf,
  stepCall,
  type Tenant,
} from '@redial/call';
import { numberFacts } from '@redial/numbering';
import { type Store, tenantCounts, type Versioned } from '@redial/store';
import { type DialJobDependencies, done, dueAttemptId, type Try, tenantOf } from './dialing.ts';

/** With no PBX up, or Redis too slow to confirm, a call asks again after this at first, and after up to twice `retryMsMax` when it has asked often. */
const retryMs = 5_000;
const retryMsMax = 30_000;

/** What every gate says of a call. */
export async function askGatesOf({ store, clock, configuration }: DialJobDependencies, call: Call) {
  const now = clock.now();
  const tenant = tenantOf(configuration, call);
  const today = await countsOfToday(store, call, tenant, now);
  return { tenant, decision: askGates({ call, tenant, now, numberFacts, ...today }) };
}

/** What the clock has changed by now. The day's attempts the claim counts, and what a number costs stays as it is. */
export function askGatesAgain({ clock, configuration }: DialJobDependencies, call: Call): GateDecision {
  return askGates({ call, tenant: tenantOf(configuration, call), now: clock.now(), attemptsToday: 0 });
}

/** Later each time and spread, so that a hundred thousand due calls do not keep Redis busy for as long as something they need is away. */
export function again({ gateNote }: Call, gate: string, now: number): number {
  const before = gateNote?.gate === gate ? (gateNote.until ?? 0) - gateNote.at : 0;
  return now + Math.floor(Math.min(Math.max(retryMs, before), retryMsMax) * (1 + Math.random()));
}

interface Deferral {
  readonly gate: string;
  readonly reason: string;
  readonly until: number;
  /** It is due, and something it needs is missing; false: a rule moves its time. */
  readonly late: boolean;
}

/** Written to the call before its job goes back to sleep: "why not yet" always has an answer. */
export async function defer(dependencies: DialJobDependencies, call: Versioned<Call>, asked: Deferral): Promise<Try> {
  const { gate, reason } = asked;
  // Whoever waits for the call must not hear of its end later than at its end.
  const { expiresAt } = call.value.request;
  const until = expiresAt === undefined ? asked.until : Math.min(asked.until, expiresAt + 1);
  dependencies.metrics.gateClosed(gate, 'defer');
  // Promoted by hand, or an early queue: its time stands in the record already.
  if (gate === 'due') return { type: 'later', at: until, note: reason };
  const at = dependencies.clock.now();
  const stepped = stepCall(call.value, { type: 'defer', attemptId: dueAttemptId(call.value), at, ...asked, until });
  const written = await dependencies.store.updateCall(call, stepped.call);
  return written.ok ? { type: 'later', at: until, note: `${gate}: ${reason}` } : 'lost_race';
}

export async function block(
  dependencies: DialJobDependencies,
  call: Versioned<Call>,
  gate: string,
  reason: string,
): Promise<Try> {
  dependencies.metrics.gateClosed(gate, 'block');
  const rule = destinationRuleOf(reason);
  if (rule !== undefined) dependencies.metrics.destinationRefused(rule);
  const at = dependencies.clock.now();
  return write(dependencies, call, { type: 'block', attemptId: dueAttemptId(call.value), at, gate, reason });
}

/** It could never be dialled as it is. */
export async function fail(dependencies: DialJobDependencies, call: Versioned<Call>, reason: string): Promise<Try> {
  const attemptId = dueAttemptId(call.value);
  dependencies.metrics.gateClosed('invalid', 'block');
  dependencies.logger.error({ callId: call.value.id, attemptId }, reason);
  return write(dependencies, call, { type: 'fail', attemptId, at: dependencies.clock.now(), reason });
}

/** The signal moves the call, unless somebody else has written it meanwhile. */
export async function write(
  dependencies: DialJobDependencies,
  call: Versioned<Call>,
  signal: CallSignal,
): Promise<Try> {
  const stepped = stepCall(call.value, signal);
  const written = await dependencies.store.updateCall(call, stepped.call);
  return written.ok ? done(`the call is ${stepped.call.state.status}`) : 'lost_race';
}

/** One look at Redis, and none where the tenant has no limit of a day. */
async function countsOfToday(
  store: Store,
  call: Call,
  tenant: Tenant | undefined,
  now: number,
): Promise<Pick<GateFacts, 'attemptsToday' | 'tenantToday'>> {
  const { callsPerDay, minutesPerDay } = tenant?.quotas ?? {};
  const isCapped = tenant?.caps.attemptsPerNumberPerDay !== undefined;
  if (tenant === undefined || (!isCapped && callsPerDay === undefined && minutesPerDay === undefined))
    return { attemptsToday: 0 };
  const asked = [tenantCounts.attempts, tenantCounts.talkSeconds, ...numbersOf(call)];
  const [calls = 0, talkSeconds = 0, ...attempts] = await store.attemptsToday(
    tenant.id,
    dayOf(now, tenant.timeZone),
    asked,
  );
  return { attemptsToday: Math.max(0, ...attempts), tenantToday: { calls, talkSeconds } };
}
