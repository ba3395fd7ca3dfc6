import { dial1HangupOf } from '../outcome/evidence.ts';
import type { InFlightState } from './attempt-state.ts';

// What the evidence of an attempt in flight already proves, and what it still lacks.

/**
 * dial2 had answered, and the end of its channel was not seen. Usually it comes a moment later; else dial2 goes on
 * alone.
 */
export function owesDial2End({ evidence: { journalEnded }, endedChannels }: InFlightState): boolean {
  if (journalEnded?.dial2UniqueId === undefined || journalEnded.dialStatus !== 'ANSWER') return false;
  if (journalEnded.dial2EndedAt !== undefined) return false;
  return endedChannels === undefined || !endedChannels.includes(journalEnded.dial2UniqueId);
}

/**
 * dial2 failed, and the journal has no cause or no SIP code for it: dial2's own Hangup has them, and may come a moment
 * later.
 */
export function owesDial2Hangup({ plan, evidence: { journalEnded, dial2Hangup } }: InFlightState): boolean {
  if (journalEnded === undefined || dial2Hangup !== undefined || plan.viaLocalChannel) return false;
  const { dialStatus, endedBy, dial2Cause, dial2SipCode } = journalEnded;
  // The cause of dial2's BYE is in dial2's own Hangup alone.
  if (dialStatus === 'ANSWER') return endedBy === 'dial2';
  return !['CANCEL', ''].includes(dialStatus) && (dial2Cause === undefined || dial2SipCode === undefined);
}

/** Hangup without OriginateResponse. The response was missed, and with it whether dial1 had answered. */
export function onlyHangup(state: InFlightState): boolean {
  return state.evidence.dial1Hangup !== undefined && state.evidence.originateFailed === undefined;
}

export function hasChannelFacts(state: InFlightState): boolean {
  const { rangAt, dial1AnsweredAt, dial1Hangup, journalEnded } = state.evidence;
  return [rangAt, dial1AnsweredAt, dial1Hangup, journalEnded].some((fact) => fact !== undefined);
}

/** A final event was seen: the channel is gone. */
export function isOver({ evidence }: InFlightState): boolean {
  const { originateFailed, journalEnded } = evidence;
  return originateFailed !== undefined || dial1HangupOf(evidence) !== undefined || journalEnded !== undefined;
}
