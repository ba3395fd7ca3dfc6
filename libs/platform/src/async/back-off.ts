export interface BackOff {
  /** After the first failure. Each further failure doubles it. */
  readonly firstMs: number;
  readonly maxMs: number;
  /** The share of the delay that is random, 0 to 1, so that many processes do not try again in step. Default 0. */
  readonly spread?: number;
}

/** How long to wait before the next try, after `failures` in a row (1 for the first). `random` is in [0, 1). */
export function backOffMs(
  failures: number,
  { firstMs, maxMs, spread = 0 }: BackOff,
  random: () => number = Math.random,
): number {
  const whole = Math.min(firstMs * 2 ** Math.min(Math.max(failures, 1) - 1, 20), maxMs);
  return Math.round(whole * (1 - spread + spread * random()));
}
