import type { Target } from './fault-schedule.ts';

/** A fault as it happened, in epoch ms: dead from here to there. A cut link is dead for no time. */
export interface BookedFault {
  readonly target: Target;
  readonly from: number;
  readonly to: number;
}

/** The time of an event that no process received, or of an Originate that was not sent. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** From the order to kill or to cut until the other side knows of it. */
const noticedWithinMs = 1_000;
/** A start may be granted this long in advance. The link of that moment may be gone by then. */
const grantedAheadMs = 5_000;
/** An Originate is sent this soon after its claim, or never. */
const originateWithinMs = 5_000;
/** A restarted Asterisk answers AMI before its phones are loaded. */
const loadingMs = 3_000;
/**
 * On a busy machine. From the start of a process to its link, from a cut to the next login, from the return of Redis
 * to its clients.
 */
const backMs = { process: 10_000, link: 5_000, Redis: 2_000 } as const;

/** Asterisk died during it: its end cannot be known. */
export function deathUnder(span: Span, faults: readonly BookedFault[]): BookedFault | undefined {
  return faults.find((fault) => fault.target === 'Asterisk' && overlaps(span, fault));
}

/** Asterisk was up, and had not loaded its phones yet. */
export function loadingUnder(span: Span, faults: readonly BookedFault[]): BookedFault | undefined {
  return faults.find((fault) => fault.target === 'Asterisk' && overlaps(span, fault, loadingMs));
}

/**
 * Why an Originate was refused or not sent between `from`, its claim, and `to`: the link or Asterisk was gone, or Redis
 * answered late.
 */
export function whyRefused({ from, to }: Span, faults: readonly BookedFault[]): BookedFault | undefined {
  const sinceGranted = { from: from - grantedAheadMs - noticedWithinMs, to };
  return (
    struck('AMI', sinceGranted, faults) ??
    loadingUnder(sinceGranted, faults) ??
    faults.find((fault) => fault.target === 'Redis' && overlaps({ from, to }, fault))
  );
}

/**
 * Why an attempt that was claimed at `startedAt` reached no phone, without any report: its dialer died with it, or its
 * link did, unnoticed. A death of Asterisk is no reason here or below: it leads to `unknown`, never to silence.
 */
export function whyNeverSent(startedAt: number, faults: readonly BookedFault[]): BookedFault | undefined {
  const span = { from: startedAt - noticedWithinMs, to: startedAt + originateWithinMs };
  return struck('AMI', span, faults) ?? struck('dialer 1', span, faults) ?? struck('dialer 2', span, faults);
}

/**
 * Why no observer saw the events in `span` of an attempt that was claimed at `startedAt` and rang. There are three
 * observers: its dialer, whose link was up at the Originate, and both results processes. A later cut disconnects all of
 * them. Otherwise its dialer has died since, and no results process receives the events, or can read the attempt from
 * Redis.
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

/** The fault was in that time. A target that was down already does not count. */
function struck(target: Target, span: Span, faults: readonly BookedFault[]): BookedFault | undefined {
  return faults.find((fault) => fault.target === target && overlaps(span, { from: fault.from, to: fault.from }));
}

function overlaps(span: Span, { from, to }: Span, thenMs = 0): boolean {
  return span.from <= to + thenMs && span.to >= from;
}
