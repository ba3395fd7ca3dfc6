import type { Memory } from './memory.ts';

/** A process's memory over a run: how much it took at the most, and whether it still grows when it has long been warm. */
export interface MemoryWatch {
  /** Reads it again, if it is time. */
  look(): Promise<void>;
  /** What is wrong; undefined: nothing, or too little was seen. */
  fault(): string | undefined;
  /** In MB, for people. */
  readonly figures: Readonly<Record<'peak' | 'growth', number>>;
}

export interface MemoryBounds {
  readonly name: string;
  readonly read: () => Promise<Memory>;
  /** Of the resident set. */
  readonly peakMbMax: number;
  /** Of what is still held behind a collection, Buffers included, from the third quarter of the run to the last. */
  readonly growthMbMax: number;
}

const everyMs = 500;
const megabyte = 1_024 * 1_024;
const samplesMin = 8;

export function createMemoryWatch({ name, read, peakMbMax, growthMbMax }: MemoryBounds): MemoryWatch {
  const held: number[] = [];
  let [peak, nextAt] = [0, 0];

  /** The least of each quarter: what is in use for a moment is no growth. */
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
