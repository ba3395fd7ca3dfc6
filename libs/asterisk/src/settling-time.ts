/** How long the other half of an attempt's end is waited for: at least as the machine says, longer while halves have lately lain apart. */
export interface SettlingTime {
  /** An attempt's halves came so far apart, in ms. */
  halvesApart(ms: number): void;
  /** A half came when the attempt had been concluded without it: the time was too short. */
  cameTooLate(): void;
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
export function createSettlingTime(now: () => number): SettlingTime {
  let longest = { ms: 0, at: 0 };
  const remembered = () => (Math.abs(now() - longest.at) < rememberedMs ? longest.ms : 0);
  const seen = (ms: number) => {
    if (ms >= remembered()) longest = { ms, at: now() };
  };
  let last = 0;
  return {
    halvesApart: seen,
    cameTooLate: () => seen(last),
    waitMs: (atLeastMs) => {
      last = Math.min(Math.max(atLeastMs, factor * remembered()), mostMs);
      return last;
    },
  };
}
