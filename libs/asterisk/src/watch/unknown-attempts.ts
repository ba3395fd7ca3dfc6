import type { AttemptId, AttemptSignal } from '@redial/call';
import { createRecentIds } from '@redial/platform';

/**
 * Attempts that are talked about and not watched. Somebody is asked about each once; its signals are kept until the answer
 * comes. Everything is bounded: beyond the limits signals are dropped, and the sweeper's reconciliation makes up for them.
 */
export interface UnknownAttempts {
  offer(attemptId: AttemptId, signal: AttemptSignal): void;
  /** For each that is being asked about, beyond the limit too: what was kept is not the whole story. */
  offerAll(signal: AttemptSignal): void;
  /** It is watched now: a later signal would be news again. */
  forget(attemptId: AttemptId): void;
  stop(): void;
}

export interface UnknownAttemptsOptions<Attempt> {
  readonly ask: (attemptId: AttemptId, signal: AttemptSignal) => Promise<Attempt | undefined>;
  readonly onKnown: (attempt: Attempt, signals: readonly AttemptSignal[]) => void;
  readonly onFault: (attemptId: AttemptId, error: unknown) => void;
  /** Attempts being asked about, signals kept for each, and answers `undefined` that are remembered. */
  readonly limit: number;
  readonly signalLimit: number;
  readonly recentLimit: number;
}

export function createUnknownAttempts<Attempt>(options: UnknownAttemptsOptions<Attempt>): UnknownAttempts {
  const asked = new Map<AttemptId, AttemptSignal[]>();
  const foreign = createRecentIds<AttemptId>(options.recentLimit);
  let stopped = false;

  async function ask(attemptId: AttemptId, signals: AttemptSignal[], signal: AttemptSignal): Promise<void> {
    let attempt: Attempt | undefined;
    try {
      attempt = await options.ask(attemptId, signal);
      if (attempt === undefined) foreign.add(attemptId);
    } catch (error) {
      // Not remembered: the attempt's next signal asks again.
      options.onFault(attemptId, error);
    }
    asked.delete(attemptId);
    if (attempt !== undefined && !stopped) options.onKnown(attempt, signals);
  }

  return {
    offer: (attemptId, signal) => {
      if (foreign.has(attemptId)) return;
      const kept = asked.get(attemptId);
      if (kept !== undefined) {
        if (kept.length < options.signalLimit) kept.push(signal);
        return;
      }
      if (asked.size >= options.limit) return;
      const signals = [signal];
      asked.set(attemptId, signals);
      void ask(attemptId, signals, signal);
    },
    offerAll: (signal) => {
      for (const kept of asked.values()) kept.push(signal);
    },
    forget: (attemptId) => foreign.delete(attemptId),
    stop: () => {
      stopped = true;
      asked.clear();
    },
  };
}
