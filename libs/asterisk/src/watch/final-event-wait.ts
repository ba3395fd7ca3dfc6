/** How long the other half of an attempt's end is waited for: at least as the machine says, longer while halves have lately lain apart. */
export interface FinalEventWait {
  /** An attempt's halves came so far apart, in ms. */
  noteSkew(ms: number): void;
  /** A half came when the attempt had been concluded without it: the time was too short. */
  noteTooLate(): void;
  waitMs(atLeastMs: number): number;
}

/** Gaps grow from one attempt to the next: Asterisk sends a Hangup by a queue that OriginateResponse does not go through. */
const factor = 3;
const rememberedMs = 30_000;
const mostMs = 10_000;

/**
 * On a quiet Asterisk the halves come within milliseconds. Where very many calls end at once its channel events lag by seconds, and a 404 whose
 * Hangup is not waited for is told as `unreachable` and dialled again. A half that never comes (no channel was made: the phone is not
 * registered) teaches nothing, so such calls are told as soon as ever.
 */
export function createFinalEventWait(now: () => number): FinalEventWait {
  // The longest of the half minute that runs, and of the one before it: one long gap does not hide the shorter ones that follow.
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
      last = Math.min(Math.max(atLeastMs, factor * remembered()), mostMs);
      return last;
    },
  };
}
