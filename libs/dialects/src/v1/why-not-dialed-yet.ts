import { type Call, callGates, checkGates, type EndedAttempt, formatInstant, isEnded, type Tenant } from '@redial/call';

interface WhyNotDialedYet {
  readonly gate: string;
  readonly sentence: string;
  /** Epoch ms. */
  readonly until?: number;
}

interface AskedWhen {
  readonly now: number;
  /** A person has paused it, for every tenant. */
  readonly isDialQueuePaused: boolean;
}

/** What stands between a call and its next attempt, as a sentence; null while it is dialled and after that. */
export function whyNotDialedYet(
  call: Call,
  tenant: Tenant,
  { now, isDialQueuePaused }: AskedWhen,
): WhyNotDialedYet | null {
  const { state, gateNote } = call;
  if (state.status === 'dialing') return null;
  if (isEnded(state)) {
    // No phone rang for an attempt that Redial did not send.
    if (call.history.some(({ disposition }) => disposition !== 'not_sent')) return null;
    return { gate: gateNote?.gate ?? state.status, sentence: `It was never dialled: ${state.reason}.` };
  }
  const at = formatInstant(state.dueAt, tenant.timeZone);
  if (gateNote?.decision === 'defer' && state.dueAt > now) {
    return {
      gate: gateNote.gate,
      sentence: `It was put off: ${gateNote.reason}. It is tried again at ${at}.`,
      until: state.dueAt,
    };
  }
  if (state.dueAt > now) return notDue(call, at, state.dueAt);
  // Only the dialer checks gates that need Redis or a PBX. The other gates can answer here.
  const answer = checkGates(callGates, { call, tenant, now, attemptsToday: 0 });
  if (answer.decision !== 'allow') {
    return {
      gate: answer.gate,
      sentence: `It is due, but: ${answer.reason}.`,
      ...('until' in answer && { until: answer.until }),
    };
  }
  if (isDialQueuePaused) {
    const sentence = `It is due since ${at}, and the dial queue is paused: nothing is dialled for any tenant until it is resumed.`;
    return { gate: 'queue', sentence };
  }
  if (gateNote !== undefined) {
    return { gate: gateNote.gate, sentence: `It is due since ${at}; last time it was put off: ${gateNote.reason}.` };
  }
  return { gate: 'queue', sentence: `It is due since ${at} and waits for a dialer.` };
}

function notDue(call: Call, at: string, until: number): WhyNotDialedYet {
  const last = call.history.at(-1);
  if (last === undefined) return { gate: 'due', sentence: `It is not due before ${at}.`, until };
  const ended = last.disposition === 'not_sent' ? notSent(last) : `Its last attempt ended with ${last.disposition}`;
  return { gate: 'due', sentence: `${ended}; the next is due at ${at}.`, until };
}

function notSent({ notSentCode }: EndedAttempt): string {
  const why = notSentCode === undefined ? '' : ` (${notSentCode})`;
  return `Redial did not send its last attempt${why}, and no phone has rung`;
}
