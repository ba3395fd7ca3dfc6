import type { AllowedCall } from './check-gates.ts';
import type { DialContext } from './dial-context.ts';

/** The PBXs that can dial the call, in the order in which permits are requested on them. */
export interface CallWithPbxs extends AllowedCall {
  readonly candidates: readonly string[];
}

/** Each call begins with another PBX, so that several share the work. */
export function choosePbx({ nextInTurn }: DialContext, allowed: AllowedCall): CallWithPbxs {
  return { ...allowed, candidates: nextInTurn(allowed.pbxsUp) };
}
