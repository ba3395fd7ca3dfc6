import type { Logger } from '@redial/platform';
import closeWithGrace from 'close-with-grace';

interface ShutdownOptions {
  readonly logger: Logger;
  /** How long `drain` may finish the work in progress. Closing the connections gets 5 s more. */
  readonly drainSeconds: number;
  /** Takes no new work, finishes what it can within `graceMs`, closes every connection. */
  readonly drain: (graceMs: number) => Promise<void>;
}

const closingMs = 5_000;

/**
 * SIGTERM or SIGINT drains and exits 0. A second signal ends the process at once with 1. An uncaught error drains and
 * then exits 1. So does a drain that takes too long: as after a crash, its records lead to the unfinished work.
 */
export function onShutdown({ logger, drainSeconds, drain }: ShutdownOptions): { readonly uninstall: () => void } {
  const graceMs = drainSeconds * 1_000;
  const { uninstall } = closeWithGrace(
    {
      delay: graceMs + closingMs,
      logger: { error: (what) => logger.error(what) },
      onSecondSignal: (signal) => logger.warn({ signal }, 'ended by a second signal before everything was drained'),
      onSecondError: (error) => logger.fatal({ error }, 'failed while shutting down'),
      onTimeout: () => logger.error({ drainSeconds }, 'ended before everything was drained'),
    },
    async ({ signal, err: error }) => {
      if (error === undefined) logger.info({ signal, drainSeconds }, 'draining');
      else logger.fatal({ error }, 'failed; draining');
      await drain(graceMs);
      logger.info('drained');
    },
  );
  return { uninstall };
}
