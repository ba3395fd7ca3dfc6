import type { Call } from '../call/call.ts';
import { outsideNumberOf } from '../call/request.ts';
import { classOf, type Disposition } from './disposition.ts';
import type { Evidence } from './evidence.ts';
import type { Outcome } from './outcome.ts';

/**
 * Outside numbers of an ended attempt whose phones cannot have rung: that of a dial2 which was never tried, and that of a leg which Redial did
 * not send or the network did not carry. The day's cap counts people who were disturbed, so these were none. What nobody knows may have rung.
 */
export function numbersNeverRung({ request }: Pick<Call, 'request'>, outcome: Outcome, evidence: Evidence): string[] {
  const { dial1, dial2 } = outcome;
  const dial1Rang = evidence.rangAt !== undefined || evidence.dial1Hangup?.rang === true;
  const dial2Rang = (evidence.journalEnded?.ringMs ?? 0) > 0;
  const legs = [
    [request.dial1, !dial1Rang && neverRings(dial1.disposition)],
    [request.dial2, dial2 === null ? dial1.disposition !== 'unknown' : !dial2Rang && neverRings(dial2.disposition)],
  ] as const;
  const numberOf = (wanted: boolean) =>
    legs.flatMap(([leg, never]) => (never === wanted ? (outsideNumberOf(leg) ?? []) : []));
  // Both legs may have the same number: it rang if either did.
  const rung = numberOf(false);
  return [...new Set(numberOf(true))].filter((number) => !rung.includes(number));
}

function neverRings(disposition: Disposition): boolean {
  return ['not_sent', 'network'].includes(classOf(disposition));
}
