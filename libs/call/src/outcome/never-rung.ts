import type { Call } from '../call/call.ts';
import { outsideNumberOf } from '../call/request.ts';
import { classOf, type Disposition } from './disposition.ts';
import type { Evidence } from './evidence.ts';
import type { Outcome } from './outcome.ts';

/**
 * The outside numbers of an ended attempt whose phones cannot have rung. Either dial2 was never tried, Redial did not
 * send the leg, or the network did not carry it. The day's cap counts disturbed people, so these numbers do not count.
 * A number whose ringing is uncertain does count.
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
