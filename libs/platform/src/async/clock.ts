/** Where instants come from. The core has no clock: its callers pass `now` (epoch ms). */
export interface Clock {
  /** Epoch ms. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };
