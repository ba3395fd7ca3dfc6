import type { AttemptId, AttemptSignal } from '@redial/call';
import { createRecentIds } from '@redial/platform';

/**
 * Attempts that signals name and that this watch does not know. Each is read once; its signals are kept until the
 * answer comes. Everything is bounded: beyond the limits signals are dropped, and the sweeper's reconciliation replaces
 * them.
 */
interface UnknownAttempts {
  offer(attemptId: AttemptId, signal: AttemptSignal): void;
  /** For each attempt that is being read, also beyond the limit: the kept signals are then incomplete. */
  offerAll(signal: AttemptSignal): void;
  /** The attempt is watched now. A later signal starts a new read. */
  forget(attemptId: AttemptId): void;
  stop(): void;
}

interface UnknownAttemptsOptions<Attempt> {
  readonly read: (attemptId: AttemptId, signal: AttemptSignal) => Promise<Attempt | undefined>;
  readonly onKnown: (attempt: Attempt, signals: readonly AttemptSignal[]) => void;
  readonly onFault: (attemptId: AttemptId, error: unknown) => void;
  /** How many attempts are read at once, signals kept for each, and answers `undefined` that are remembered. */
  readonly limit: number;
  readonly signalLimit: number;
  readonly recentLimit: number;
}

export function createUnknownAttempts<Attempt>(options: UnknownAttemptsOptions<Attempt>): UnknownAttempts {
  const reading = new Map<AttemptId, AttemptSignal[]>();
  const foreign = createRecentIds<AttemptId>(options.recentLimit);
  let stopped = false;

  async function read(attemptId: AttemptId, signals: AttemptSignal[], signal: AttemptSignal): Promise<void> {
    let attempt: Attempt | undefined;
    try {
      attempt = await options.read(attemptId, signal);
      if (attempt === undefined) foreign.add(attemptId);
    } catch (error) {
      // The failure is not remembered: the attempt's next signal reads it again.
      options.onFault(attemptId, error);
    }
    reading.delete(attemptId);
    if (attempt !== undefined && !stopped) options.onKnown(attempt, signals);
  }

  return {
    offer: (attemptId, signal) => {
      if (foreign.has(attemptId)) return;
      const kept = reading.get(attemptId);
      if (kept !== undefined) {
        if (kept.length < options.signalLimit) kept.push(signal);
        return;
      }
      if (reading.size >= options.limit) return;
      const signals = [signal];
      reading.set(attemptId, signals);
      void read(attemptId, signals, signal);
    },
    offerAll: (signal) => {
      for (const kept of reading.values()) kept.push(signal);
    },
    forget: (attemptId) => foreign.delete(attemptId),
    stop: () => {
      stopped = true;
      reading.clear();
    },
  };
}
