/**
 * How long to wait for the second final event of an attempt. It is at least the machine's time, longer while these
 * events have lately come far apart.
 */
interface FinalEventWait {
  /** The final events of an attempt came this far apart, in ms. */
  noteSkew(ms: number): void;
  /** A final event came after the attempt was concluded without it: the wait was too short. */
  noteTooLate(): void;
  waitMs(atLeastMs: number): number;
}

/** Gaps grow from one attempt to the next: Asterisk sends a Hangup through a queue, and OriginateResponse past it. */
const factor = 3;
const rememberedMs = 30_000;
const waitMsMax = 10_000;

/**
 * On a quiet Asterisk the final events come within milliseconds. Where very many calls end at once, its channel events
 * lag by seconds. A 404 whose Hangup is not awaited becomes `unreachable`, and is dialled again. A final event that
 * never comes (no channel was made: the phone is not registered) does not count. So such calls conclude as soon as
 * before.
 */
export function createFinalEventWait(now: () => number): FinalEventWait {
  // The longest gap of the present half minute, and of the one before it. One long gap does not hide the shorter ones
  // that follow.
  let present = { since: now(), longestMs: 0 };
  let before = present;
  const turn = () => {
    const age = now() - present.since;
    if (age >= 0 && age < rememberedMs) return;
    before = age >= 0 && age < 2 * rememberedMs ? present : { since: now(), longestMs: 0 };
    present = { since: now(), longestMs: 0 };
  };
  const remembered = () => {
    turn();
    return Math.max(present.longestMs, before.longestMs);
  };
  const seen = (ms: number) => {
    turn();
    present.longestMs = Math.max(present.longestMs, ms);
  };
  let last = 0;
  return {
    noteSkew: seen,
    noteTooLate: () => seen(last),
    waitMs: (atLeastMs) => {
      last = Math.min(Math.max(atLeastMs, factor * remembered()), waitMsMax);
      return last;
    },
  };
}
