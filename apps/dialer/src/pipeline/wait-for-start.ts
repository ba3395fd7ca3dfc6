import { startHorizonMs } from './acquire-permits.ts';
import { recheckGates } from './check-gates.ts';
import type { DialContext, HeldPermits } from './dial-context.ts';
import { type DialResult, readAgain } from './dial-result.ts';
import type { PreparedCall } from './prepare-order.ts';

/**
 * A start that is further ahead was granted before this host's clock was put back. Two hosts' clocks do not differ by
 * so much.
 */
const startAheadMaxMs = startHorizonMs + 10_000;

/** Waits until the granted start. Undefined: the call may still be dialled. */
export async function waitForStart(
  context: DialContext,
  { call }: PreparedCall,
  { startAt, until }: HeldPermits,
): Promise<DialResult | undefined> {
  const { clock, waitUntil } = context;
  const handedBack = (note: string): DialResult => ({ result: 'handed_back', at: clock.now(), note });
  if (startAt > clock.now() + startAheadMaxMs)
    return handedBack('the clock was put back; its permits are acquired again');
  if (startAt > clock.now() && !(await waitUntil(startAt)))
    return handedBack('this dialer is stopping; another one takes it');
  if (clock.now() > until) return readAgain('this host slept, and the lease of the permits has ended');
  const decision = recheckGates(context, call.value);
  return decision.decision === 'allow' ? undefined : readAgain(`the gate ${decision.gate} has closed meanwhile`);
}
