import { askGates, type Call, formatInstant, isEnded, type Tenant } from '@redial/call';

export interface WhyNotDialedYet {
  readonly gate: string;
  readonly sentence: string;
  /** Epoch ms. */
  readonly until?: number;
}

/** What stands between a call and its next attempt, in a sentence; null while it is dialled and once it was. */
export function whyNotDialedYet(call: Call, tenant: Tenant, now: number): WhyNotDialedYet | null {
  const { state, gateNote } = call;
  if (state.status === 'dialing') return null;
  if (isEnded(state)) {
    if (call.history.length > 0) return null;
    return { gate: gateNote?.gate ?? state.status, sentence: `It was never dialled: ${state.reason}.` };
  }
  const at = formatInstant(state.dueAt, tenant.timeZone);
  if (gateNote?.verdict === 'defer' && state.dueAt > now) {
    return {
      gate: gateNote.gate,
      sentence: `It was put off: ${gateNote.reason}. It is tried again at ${at}.`,
      until: state.dueAt,
    };
  }
  if (state.dueAt > now) return notDue(call, at, state.dueAt);
  // What needs Redis or a PBX is asked by the dialer alone; the rest can be said now.
  const answer = askGates({ call, tenant, now, attemptsToday: 0 });
  if (answer.verdict !== 'pass') {
    return {
      gate: answer.gate,
      sentence: `It is due, but: ${answer.reason}.`,
      ...('until' in answer && { until: answer.until }),
    };
  }
  if (gateNote !== undefined) {
    return { gate: gateNote.gate, sentence: `It is due since ${at}; last time it was put off: ${gateNote.reason}.` };
  }
  return { gate: 'queue', sentence: `It is due since ${at} and waits for a dialer.` };
}

function notDue(call: Call, at: string, until: number): WhyNotDialedYet {
  const last = call.history.at(-1);
  if (last === undefined) return { gate: 'due', sentence: `It is not due before ${at}.`, until };
  return { gate: 'due', sentence: `Its last attempt ended with ${last.disposition}; the next is due at ${at}.`, until };
}
