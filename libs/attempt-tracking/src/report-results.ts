import type { AttemptId } from '@redial/call';
import { keepTrying, type Logger } from '@redial/platform';
import type { Queues, ResultsJob } from '@redial/queue';

/**
 * Reports ends to the results queue. Each report is tried again while Redis is away, because only this process has its
 * evidence.
 */
export interface ResultReports {
  add(result: Omit<ResultsJob, 'reportedBy'>): void;
  /**
   * The attempt has ended and its report is not in the queue yet. A reconciliation knows less and must not overtake the
   * report.
   */
  isPending(attemptId: AttemptId): boolean;
  stop(): void;
}

interface ResultReportsPorts {
  readonly queues: { readonly results: Pick<Queues['results'], 'add'> };
  readonly reportedBy: string;
  readonly logger: Logger;
}

/**
 * The longest pause between two tries. Once Redis is back, the sweeper soon reconciles attempts that no process
 * watches.
 */
const pauseMsMax = 1_000;

export function createResultReports({ queues, reportedBy, logger }: ResultReportsPorts): ResultReports {
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
