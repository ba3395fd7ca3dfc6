import type { Call } from '../call/call.ts';
import type { Tenant } from '../tenant/tenant.ts';
import type { NumberFacts } from './toll-destination.ts';

/** One rule between a due call and its Originate: a pure function over facts. */
export interface Gate<Facts = GateFacts, Answer = GateAnswer> {
  /** What clients, metrics and logs call it. */
  readonly name: string;
  readonly check: (facts: Facts) => Answer;
}

/** A gate's answer. `gate`: a more exact name than the gate's own, such as that of the limit which is full. */
export type GateAnswer =
  | { readonly decision: 'allow' }
  /** Not before `until`. Uses up no attempt. */
  | {
      readonly decision: 'defer';
      readonly until: number;
      readonly reason: string;
      /**
       * The call is due, and something that it needs is missing. Its time stays, and it is late. Absent: a rule moves
       * its time to `until`.
       */
      readonly isLate?: true;
      readonly gate?: string;
    }
  /** Never. */
  | { readonly decision: 'block'; readonly reason: string; readonly gate?: string }
  /** Its time is over. */
  | { readonly decision: 'expire'; readonly reason: string };

export interface GateFacts {
  readonly call: Call;
  /** Undefined: the configuration has no such tenant. */
  readonly tenant: Tenant | undefined;
  readonly now: number;
  /** Attempts made on the tenant's day towards the number of the call that has most of them. */
  readonly attemptsToday: number;
  /** The tenant's own attempts and seconds of talk on its day. Absent: not read. */
  readonly tenantToday?: { readonly calls: number; readonly talkSeconds: number };
  /** What the numbering plan of its country states of a number. Absent: nothing. */
  readonly numberFacts?: (e164: string, plan: Tenant['numberingPlan']) => NumberFacts;
}

export type GateDecision = GateAnswer & { readonly gate: string };

/** The decision of the first gate that does not allow the call, or `allow`. */
export function checkGates(gates: readonly Gate[], facts: GateFacts): GateDecision {
  for (const { name, check } of gates) {
    const decision = gateDecision(name, check(facts), facts);
    if (decision.decision !== 'allow') return decision;
  }
  return { decision: 'allow', gate: 'all' };
}

/** A call whose deferral would end after its own time expires now, so that a waiting client hears it at once. */
export function gateDecision(name: string, answer: GateAnswer, { call }: Pick<GateFacts, 'call'>): GateDecision {
  const { expiresAt } = call.request;
  const isOver = answer.decision === 'defer' && !answer.isLate && expiresAt !== undefined && answer.until > expiresAt;
  if (isOver) return { decision: 'expire', gate: name, reason: `${answer.reason}, until expiresAt has passed` };
  return { gate: name, ...answer };
}
