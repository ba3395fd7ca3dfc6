import type { AttemptRecord } from '../attempt/attempt-record.ts';
import type { Disposition } from '../outcome/disposition.ts';
import { dial2UniqueIdOf } from '../outcome/evidence.ts';
import { isPhoneLimit } from '../tenant/limit-name.ts';
import { type Call, type EndedCallStatus, isEnded } from './call.ts';

/** The result that a client waiting for dial1 receives. Unique ids are Asterisk's own. */
export type Dial1Outcome =
  | { readonly type: 'pending' }
  | { readonly type: 'answered'; readonly uniqueId1: string; readonly uniqueId2?: string }
  /** `why`: how dial1's leg ended, or how a call ended that was never dialled. */
  | { readonly type: 'failed'; readonly why: Disposition | EndedCallStatus; readonly uniqueId1?: string };

/**
 * dial1's result as the records have it. `attempt`: the record of `attemptToAsk`, or undefined where there is none.
 * `withDial2`: the result waits until dial2's channel has its id too, or is certain never to get one.
 */
export function dial1OutcomeOf(
  call: Call,
  attempt: AttemptRecord | undefined,
  { withDial2 }: { readonly withDial2: boolean },
): Dial1Outcome {
  // An attempt that Redial did not send is tried again in a moment, and has rung no phone.
  if (!isEnded(call.state) && call.state.status !== 'dialing' && call.history.at(-1)?.disposition === 'not_sent')
    return { type: 'pending' };
  return attempt === undefined ? ofCall(call) : ofAttempt(attempt, withDial2);
}

/**
 * The id of the attempt that holds the result: the one under way, or the last one. Undefined where none was dialled.
 */
export function attemptToAsk({ state, history }: Call): string | undefined {
  return state.status === 'dialing' ? state.attemptId : history.at(-1)?.attemptId;
}

function ofAttempt({ id, answeredAt, dial2UniqueId, ended }: AttemptRecord, withDial2: boolean): Dial1Outcome {
  const dial1 = ended?.outcome.dial1.disposition;
  if (dial1 !== undefined && dial1 !== 'answered') return { type: 'failed', why: dial1, uniqueId1: id };
  if (dial1 === undefined && answeredAt === undefined) return { type: 'pending' };
  const uniqueId2 = dial2UniqueId ?? (ended && dial2UniqueIdOf(ended.evidence));
  if (withDial2 && uniqueId2 === undefined && ended === undefined) return { type: 'pending' };
  return { type: 'answered', uniqueId1: id, ...(uniqueId2 !== undefined && { uniqueId2 }) };
}

/** The record is gone or cannot be read. The call's own history holds a shorter result. */
function ofCall({ state, history, gateNote }: Call): Dial1Outcome {
  if (state.status === 'dialing') return { type: 'pending' };
  const last = history.at(-1);
  if (last === undefined) {
    if (!isEnded(state)) return { type: 'pending' };
    // dial1's phone was in another call of Redial's, and this call may not wait.
    const isBusy = state.status === 'blocked' && isPhoneLimit(gateNote?.gate);
    return { type: 'failed', why: isBusy ? 'busy' : state.status };
  }
  return last.dial1Answered
    ? { type: 'answered', uniqueId1: last.attemptId }
    : { type: 'failed', why: last.disposition, uniqueId1: last.attemptId };
}
