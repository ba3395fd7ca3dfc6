import type { Target } from './fault-schedule.ts';

/** A fault as it was carried out. Epoch ms: dead from here to there; a link that is cut is dead for no time. */
export interface BookedFault {
  readonly target: Target;
  readonly from: number;
  readonly to: number;
}

/** A time in which something happened that nobody has heard, or should have been sent. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** An AMI link logs in again soon; to an Asterisk that was away only after the pause that its failures have earned. */
const linkBackMs = { AMI: 5_000, Asterisk: 10_000 } as const;
/** From the start of a process on a busy machine to its link. */
const processBackMs = 10_000;
/** A restarted Asterisk answers AMI before its phones are loaded. */
const loadingMs = 3_000;
/** From the wish to kill a process to its death, and no more. */
const dyingMs = 1_000;
/** An Originate leaves so soon after its fence or never. */
const originateWithinMs = 5_000;

/** Asterisk died under it: nobody can know how it ended. */
export function deathUnder(span: Span, faults: readonly BookedFault[]): BookedFault | undefined {
  return faults.find((fault) => fault.target === 'Asterisk' && overlaps(span, fault));
}

/** Asterisk was there, and did not know its phones yet. */
export function loadingUnder(span: Span, faults: readonly BookedFault[]): BookedFault | undefined {
  return faults.find((fault) => fault.target === 'Asterisk' && overlaps(span, fault, loadingMs));
}

/** Why an Originate was refused or held back between `from`, its fence, and `to`: no link, no Asterisk, or a Redis that answered late. */
export function whyRefused(span: Span, faults: readonly BookedFault[]): BookedFault | undefined {
  return withoutLink(span, faults) ?? faults.find((fault) => fault.target === 'Redis' && overlaps(span, fault));
}

/** Why an attempt that was fenced at `startedAt` reached no phone, with nobody to say so: its dialer died with it, or its link did. */
export function whyNeverSent(startedAt: number, faults: readonly BookedFault[]): BookedFault | undefined {
  const span = { from: startedAt, to: startedAt + originateWithinMs };
  return withoutLink(span, faults) ?? dialerStruck(span, faults);
}

/**
 * Why nobody heard what happened in `span` to an attempt that was fenced at `startedAt`. Three witnesses listen: its dialer, and both results
 * processes. A cut takes the ears of all. Else its dialer has died, and neither results process hears, or can ask Redis whose it is.
 */
export function whyUnheard(startedAt: number, span: Span, faults: readonly BookedFault[]): BookedFault | undefined {
  const cut = withoutLink(span, faults);
  if (cut !== undefined) return cut;
  const isAway = (target: Target, backMs = 0) =>
    faults.some((fault) => fault.target === target && overlaps(span, fault, backMs));
  const areDeaf = isAway('Redis') || (isAway('results 1', processBackMs) && isAway('results 2', processBackMs));
  return areDeaf ? dialerStruck({ from: startedAt, to: span.to }, faults) : undefined;
}

function withoutLink(span: Span, faults: readonly BookedFault[]): BookedFault | undefined {
  return faults.find(
    (fault) =>
      (fault.target === 'AMI' || fault.target === 'Asterisk') && overlaps(span, fault, linkBackMs[fault.target]),
  );
}

/** A dialer that was struck before had nothing to do with it: the other one, or the one that was started since, had taken the fence. */
function dialerStruck(span: Span, faults: readonly BookedFault[]): BookedFault | undefined {
  return faults.find(
    ({ target, from }) =>
      (target === 'dialer 1' || target === 'dialer 2') && overlaps(span, { from, to: from + dyingMs }),
  );
}

function overlaps(span: Span, { from, to }: Span, backMs = 0): boolean {
  return span.from <= to + backMs && span.to >= from;
}
