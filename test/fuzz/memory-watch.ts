import type { Memory } from './memory.ts';

/** A process's memory during a run: its peak, and whether it still grows after the warm-up. */
export interface MemoryWatch {
  /** Reads it again if the interval has passed. */
  look(): Promise<void>;
  /** The fault; undefined: none, or too few values. */
  fault(): string | undefined;
  /** In MB, for people. */
  readonly figures: Readonly<Record<'peak' | 'growth', number>>;
}

export interface MemoryBounds {
  readonly name: string;
  readonly read: () => Promise<Memory>;
  /** The maximum of the resident set. */
  readonly peakMbMax: number;
  /**
   * The growth from the third quarter of the run to the last of what is in use after a collection, Buffers included.
   */
  readonly growthMbMax: number;
}

const everyMs = 500;
const megabyte = 1_024 * 1_024;
const samplesMin = 8;

export function createMemoryWatch({ name, read, peakMbMax, growthMbMax }: MemoryBounds): MemoryWatch {
  const held: number[] = [];
  let [peak, nextAt] = [0, 0];

  /** The minimum of each quarter: memory in use for a moment is no growth. */
  const growth = (): number => {
    if (held.length < samplesMin) return 0;
    const quarter = Math.floor(held.length / 4);
    return Math.min(...held.slice(-quarter)) - Math.min(...held.slice(-2 * quarter, -quarter));
  };
  const watch: MemoryWatch = {
    look: async () => {
      if (Date.now() < nextAt) return;
      const { rss, heapUsed, external } = await read();
      held.push((heapUsed + external) / megabyte);
      peak = Math.max(peak, rss / megabyte);
      nextAt = Date.now() + everyMs;
    },
    fault: () => {
      const { figures } = watch;
      if (figures.peak > peakMbMax) return `${name} took ${figures.peak} MB, and is to take ${peakMbMax} at the most`;
      if (figures.growth <= growthMbMax) return undefined;
      return `${name} grew by ${figures.growth} MB in a quarter of the run: ${held.map(Math.round).join(' ')}`;
    },
    get figures() {
      return { peak: Math.round(peak), growth: Math.round(growth() * 10) / 10 };
    },
  };
  return watch;
}
