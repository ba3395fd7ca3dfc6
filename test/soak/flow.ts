import { setTimeout as pause } from 'node:timers/promises';
import { type Accepted, carefulClient } from './careful-client.ts';
import { soakCall } from './mix.ts';
import type { Random } from './random.ts';

export interface FlowOptions {
  /** The present APIs, read anew for each call. */
  readonly apiUrls: () => readonly string[];
  readonly apiKey: string;
  /** Distinguishes the calls of one client from those of another. */
  readonly run: string;
  readonly random: Random;
  readonly callsPerSecond: number;
  /** The number of the first call. No two calls of one world may share a number. */
  readonly from?: number;
}

export interface Flow {
  /** Stops placing, and resolves with the accepted calls. Rejects if no API accepted a call within a minute. */
  end(): Promise<readonly Accepted[]>;
}

/** Places calls of every kind, evenly, until it is ended. */
export function startFlow({ apiUrls, apiKey, run, random, callsPerSecond, from = 0 }: FlowOptions): Flow {
  const client = carefulClient(apiUrls, apiKey, run);
  const over = new AbortController();
  const placing: Promise<Accepted>[] = [];
  const flowing = (async () => {
    while (!over.signal.aborted) {
      const placed = client.place(soakCall(from + placing.length, random), AbortSignal.timeout(60_000));
      placed.catch(() => {}); // Awaited with all the others.
      placing.push(placed);
      await pause(1_000 / callsPerSecond);
    }
  })();
  return {
    async end() {
      over.abort();
      await flowing;
      return Promise.all(placing);
    },
  };
}
