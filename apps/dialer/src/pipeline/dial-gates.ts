import { callGates, type Gate, type GateAnswer, type GateFacts } from '@redial/call';
import { limitTooSmall } from './full-limit.ts';
import { type CallLimits, limitThatNeverFits } from './limits-of-call.ts';

/** The facts that the gates read. */
export interface DialFacts extends GateFacts {
  readonly limits: CallLimits;
  /** PBXs that have the call's trunks. */
  readonly pbxsConfigured: readonly string[];
  /** Those of them that are connected. */
  readonly pbxsUp: readonly string[];
  /** Whether Redis confirms what is written. The answer may take seconds. */
  readonly confirmsWrites: () => Promise<boolean>;
  /** When a gate that misses something is checked next. It is later each time. */
  readonly nextCheckAt: (gate: string) => number;
}

/**
 * A gate that is checked once may wait for its answer. One that is checked again may not: between the claim and the
 * Originate time is short.
 */
export type DialGate =
  | (Gate & { readonly rechecked: true })
  | (Gate<DialFacts, GateAnswer | Promise<GateAnswer>> & { readonly rechecked: false });

/**
 * Every gate between a due call and its Originate, in the order in which they are checked. The first one that does not
 * allow the call decides.
 *
 * All are checked before permits are acquired. Those with `rechecked` are checked again before the claim, and again
 * before the Originate. To acquire permits comes after the list, because it takes what it grants (acquire-permits.ts);
 * a full limit answers as a gate does.
 *
 * How to add one: docs/how-to/add-a-gate.md.
 */
export const gates: readonly DialGate[] = [
  ...callGates,
  { name: 'pbx', rechecked: false, check: pbx },
  { name: 'durability', rechecked: false, check: durability },
  { name: 'limits', rechecked: false, check: limits },
];

const allow: GateAnswer = { decision: 'allow' };

function pbx({ pbxsConfigured, pbxsUp, nextCheckAt }: DialFacts): GateAnswer {
  if (pbxsUp.length > 0) return allow;
  const reason =
    pbxsConfigured.length === 0 ? 'no configured PBX has its trunks' : 'no PBX that has its trunks is connected';
  return { decision: 'defer', until: nextCheckAt('pbx'), reason, isLate: true };
}

/** A claim that Redis does not confirm is not followed by an Originate, and uses up an attempt. */
async function durability({ confirmsWrites, nextCheckAt }: DialFacts): Promise<GateAnswer> {
  if (await confirmsWrites()) return allow;
  const reason = 'Redis does not confirm that what is written is durable';
  return { decision: 'defer', until: nextCheckAt('durability'), reason, isLate: true };
}

/** The call needs more permits than one of its limits has. To wait does not help. */
function limits({ limits }: DialFacts): GateAnswer {
  const tooSmall = limitThatNeverFits(limits);
  return tooSmall === undefined ? allow : { decision: 'block', ...limitTooSmall(tooSmall, limits) };
}
