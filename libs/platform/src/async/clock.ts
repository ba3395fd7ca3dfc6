/** Where instants come from. The core has no clock: whoever calls it passes `now` (epoch ms). */
export interface Clock {
  /** Epoch ms. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };
