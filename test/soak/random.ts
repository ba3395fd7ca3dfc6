/** A seeded source of chance: the same seed, the same soak. */
export interface Random {
  /** From 0 up to 1, without 1. */
  next(): number;
  /** Whole, both ends included. */
  between(min: number, max: number): number;
  /** One of them, with a probability by its weight. */
  weighted<T extends { readonly weight: number }>(choices: readonly T[]): T;
}

/**
 * An additive counter whose bits are mixed by two multiplications: 32 bits of state, enough to choose calls and faults.
 */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    between: (min, max) => min + Math.floor(next() * (max - min + 1)),
    weighted: (choices) => {
      let left = next() * choices.reduce((sum, { weight }) => sum + weight, 0);
      for (const choice of choices) {
        left -= choice.weight;
        if (left < 0) return choice;
      }
      throw new RangeError('nothing to choose from');
    },
  };
}
