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

/** From the wish to kill or to cut to the deed, and until the other side knows of it. */
const noticedWithinMs = 1_000;
/** A start may be granted so long before it: the link that was there then may be gone. */
const grantedAheadMs = 5_000;
/** An Originate leaves so soon after its claim or never. */
const originateWithinMs = 5_000;
/** A restarted Asterisk answers AMI before its phones are loaded. */
const loadingMs = 3_000;
/** From the start of a process, on a busy machine, to its link; from a cut to the next login; from a Redis that is back to its clients. */
const backMs = { process: 10_000, link: 5_000, Redis: 2_000 } as const;

/** Asterisk died under it: nobody can know how it ended. */
export function deathUnder(span: Span, faults: readonly BookedFault[]): BookedFault | undefined {
  return faults.find((fault) => fault.target === 'Asterisk' && overlaps(span, fault));
}

/** Asterisk was there, and did not know its phones yet. */
export function loadingUnder(span: Span, faults: readonly BookedFault[]): BookedFault | undefined {
  return faults.find((fault) => fault.target === 'Asterisk' && overlaps(span, fault, loadingMs));
}

/** Why an Originate was refused or held back between `from`, its claim, and `to`: its link had gone, Asterisk had, or Redis answered late. */
export function whyRefused({ from, to }: Span, faults: readonly BookedFault[]): BookedFault | undefined {
  const sinceGranted = { from: from - grantedAheadMs - noticedWithinMs, to };
  return (
    struck('AMI', sinceGranted, faults) ??
    loadingUnder(sinceGranted, faults) ??
    faults.find((fault) => fault.target === 'Redis' && overlaps({ from, to }, fault))
  );
}

/**
 * Why an attempt that was claimed at `startedAt` reached no phone, with nobody to say so: its dialer died with it, or its link did, unnoticed.
 * Asterisk's death is no reason here or below: it leaves `unknown` behind, never silence.
 */
export function whyNeverSent(startedAt: number, faults: readonly BookedFault[]): BookedFault | undefined {
  const span = { from: startedAt - noticedWithinMs, to: startedAt + originateWithinMs };
  return struck('AMI', span, faults) ?? struck('dialer 1', span, faults) ?? struck('dialer 2', span, faults);
}

/**
 * Why nobody heard what happened in `span` to an attempt that was claimed at `startedAt` and rang. Three observers listen: its dialer, whose link was
 * there when it originated, and both results processes. A cut since then takes the ears of all. Else its dialer has died since, and neither
 * results process hears, or can ask Redis whose attempt it is.
 */
export function whyUnheard(startedAt: number, span: Span, faults: readonly BookedFault[]): BookedFault | undefined {
  const sinceClaim = { from: startedAt, to: span.to };
  const isAway = (target: Target, thenMs: number) =>
    faults.some((fault) => fault.target === target && overlaps(span, fault, thenMs));
  const areOthersDeaf =
    isAway('AMI', backMs.link) ||
    isAway('Redis', backMs.Redis) ||
    (isAway('results 1', backMs.process) && isAway('results 2', backMs.process));
  return (
    struck('AMI', sinceClaim, faults) ??
    (areOthersDeaf ? (struck('dialer 1', sinceClaim, faults) ?? struck('dialer 2', sinceClaim, faults)) : undefined)
  );
}

/** It was struck in that time; one that was down already had nothing to do with it. */
function struck(target: Target, span: Span, faults: readonly BookedFault[]): BookedFault | undefined {
  return faults.find((fault) => fault.target === target && overlaps(span, { from: fault.from, to: fault.from }));
}

function overlaps(span: Span, { from, to }: Span, thenMs = 0): boolean {
  return span.from <= to + thenMs && span.to >= from;
}
