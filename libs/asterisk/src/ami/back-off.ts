/** Before the second try to connect, and at most, in ms. */
export const firstBackOffMs = 500;
export const longestBackOffMs = 15_000;

/**
 * How long to wait before the next try, after `failures` in a row (1 for the first). Doubles up to the cap; the upper half is
 * random, so that many processes do not return to a restarted PBX at one instant. `random` is in [0, 1).
 */
export function backOffMs(failures: number, random: number): number {
  const whole = Math.min(longestBackOffMs, firstBackOffMs * 2 ** Math.min(failures - 1, 20));
  return Math.round(whole / 2 + (whole / 2) * random);
}
