import type { AttemptId, AttemptSignal } from '@redial/call';
import { createRecentIds } from '@redial/platform';

/**
 * Attempts that signals name and that this watch does not know. Each is looked up once; its signals are kept until the
 * answer comes. Everything is bounded: beyond the limits signals are dropped, and the sweeper's reconciliation replaces
 * them.
 */
export interface UnknownAttempts {
  offer(attemptId: AttemptId, signal: AttemptSignal): void;
  /** For each attempt that is being looked up, also beyond the limit: the kept signals are then incomplete. */
  offerAll(signal: AttemptSignal): void;
  /** The attempt is watched now. A later signal starts a new lookup. */
  forget(attemptId: AttemptId): void;
  stop(): void;
}

export interface UnknownAttemptsOptions<Attempt> {
  readonly ask: (attemptId: AttemptId, signal: AttemptSignal) => Promise<Attempt | undefined>;
  readonly onKnown: (attempt: Attempt, signals: readonly AttemptSignal[]) => void;
  readonly onFault: (attemptId: AttemptId, error: unknown) => void;
  /** How many attempts are looked up at once, signals kept for each, and answers `undefined` that are remembered. */
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
      // The failure is not remembered: the attempt's next signal looks it up again.
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
