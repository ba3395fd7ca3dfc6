import type { Logger, Metrics } from '@redial/platform';

/**
 * For `StoreOptions.onMalformed`: writes a log line and counts, each time. A key holds ids and names of the
 * configuration, no number.
 */
export function reportMalformed(logger: Logger, metrics: Pick<Metrics, 'recordDamaged'>): (key: string) => void {
  return (key) => {
    logger.error({ key }, 'a record that cannot be read is left out');
    metrics.recordDamaged(kindOf(key));
  };
}

/** Keys are `<prefix>:<kind>:…`. */
function kindOf(key: string): string {
  return key.split(':')[1] ?? 'unknown';
}
