import { sipPhrase } from '../channels/causes.ts';
import type { SimulatedClock } from '../clock.ts';

/** The journal's facts about dial2. Ticks are simulated ms. Undefined where the call did not get that far. */
export interface Dial2Facts {
  dialStatus: string;
  endedBy: 'dial1' | 'dial2' | '';
  rangTicks?: number;
  answeredTicks?: number;
  /** The last SIP answer seen. */
  sip?: number;
  /** The dialplan has it once dial2 has answered. */
  uniqueId?: string;
  recorded?: boolean;
}

interface AnswerTime {
  readonly at: number;
  readonly ticks: number;
}

interface EndedCall {
  readonly attempt: string;
  readonly answered: AnswerTime;
  readonly dial1Cause: number;
  readonly facts: Dial2Facts;
  /** Empty: none. */
  readonly dtmfDigit: string;
}

/**
 * The text that the `redial-ended` handler writes. dial2's cause is dial1's too, once dial2's network has given a final
 * answer.
 */
export function journalEntry(
  clock: SimulatedClock,
  { attempt, answered, dial1Cause, facts, dtmfDigit }: EndedCall,
): string {
  const now = clock.ticks();
  const talkMs = facts.answeredTicks === undefined ? undefined : now - facts.answeredTicks;
  const ringMs = facts.rangTicks === undefined ? undefined : (facts.answeredTicks ?? now) - facts.rangTicks;
  return [
    attempt,
    'ended',
    facts.dialStatus,
    dial1Cause,
    facts.endedBy,
    milliseconds(talkMs),
    milliseconds(now - answered.ticks),
    (answered.at / 1000).toFixed(3),
    (clock.now() / 1000).toFixed(3),
    facts.sip !== undefined && facts.sip >= 200 ? dial1Cause : '',
    facts.sip === undefined ? '' : `SIP ${facts.sip} ${sipPhrase(facts.sip)}`,
    facts.uniqueId ?? '',
    milliseconds(ringMs),
    facts.recorded ? '1' : '',
    dtmfDigit,
    // It ended with dial1: this PBX has no transfers.
    facts.answeredTicks === undefined ? '' : (clock.now() / 1000).toFixed(3),
    '',
  ].join('|');
}

function milliseconds(duration: number | undefined): string {
  return duration === undefined ? '' : String(Math.max(0, Math.round(duration)));
}
