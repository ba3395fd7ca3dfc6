import { originateAction } from '@redial/asterisk';
import type { AttemptPlan } from '@redial/call';
import type { CallWithPbxs } from './choose-pbx.ts';
import { failCall } from './close-gate.ts';
import type { DialContext } from './dial-context.ts';
import type { DialResult } from './dial-result.ts';
import { type OrderWithoutSlot, originateOrder } from './originate-order.ts';

/** How long each part of the attempt may take, and what Asterisk is asked to do. Both are made once, here. */
export interface PreparedCall extends CallWithPbxs {
  readonly plan: AttemptPlan;
  /** The slot comes with the permits. */
  readonly order: OrderWithoutSlot;
}

const longestSlot = 99_999;

/**
 * Makes the order, and the AMI action of it as a trial. What cannot be said to Asterisk fails the call here, before anything is taken for it: it
 * must use up no attempt, and it would be refused the next time, too.
 */
export async function prepareOrder(context: DialContext, chosen: CallWithPbxs): Promise<PreparedCall | DialResult> {
  const { call, attemptId, tenant } = chosen;
  const { plan, order } = originateOrder(call.value, attemptId, tenant, context.configuration.trunks);
  const trial = originateAction({ ...order, slot: longestSlot });
  if (!trial.ok) return failCall(context, chosen, `it cannot be dialled: ${trial.message}`);
  return { ...chosen, plan, order };
}
