import type { AttemptId } from '@redial/call';
import { keepTrying, type Logger } from '@redial/platform';
import type { Queues, ResultsJob } from '@redial/queue';

/** Reports of ends to the results queue. Each is tried again while Redis is away: its evidence is known here alone. */
export interface ResultReports {
  add(result: Omit<ResultsJob, 'reportedBy'>): void;
  /** The attempt's end is known here and is not in the queue yet. A reconciliation knows less, and must not overtake it. */
  isPending(attemptId: AttemptId): boolean;
  stop(): void;
}

export interface ResultReportsDeps {
  readonly queues: { readonly results: Pick<Queues['results'], 'add'> };
  readonly reportedBy: string;
  readonly logger: Logger;
}

/** The longest pause between two tries. Once Redis is back, the sweeper soon reconciles attempts that no process watches. */
const pauseMsMax = 1_000;

export function createResultReports({ queues, reportedBy, logger }: ResultReportsDeps): ResultReports {
  const pending = new Set<AttemptId>();
  const stopping = new AbortController();
  return {
    add(result) {
      const { callId, attemptId } = result;
      pending.add(attemptId);
      void keepTrying(() => queues.results.add({ ...result, reportedBy }), {
        signal: stopping.signal,
        maxDelayMs: pauseMsMax,
        onError: (error, failures) =>
          logger.error({ callId, attemptId, error, failures }, 'the result could not be queued'),
      })
        .catch(() =>
          logger.warn({ callId, attemptId }, 'stopping with a result not queued; its attempt is reconciled later'),
        )
        .finally(() => pending.delete(attemptId));
    },
    isPending: (attemptId) => pending.has(attemptId),
    stop: () => stopping.abort(),
  };
}
