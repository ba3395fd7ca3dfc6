import type { Logger } from '@redial/platform';
import { checkDurability, type DurabilityPolicy, type DurabilityStore } from '@redial/store';

/**
 * Logs at the start which durability promise holds, or what is missing and what does not happen meanwhile. No error if
 * Redis is down again.
 */
export async function logDurability(
  store: Pick<DurabilityStore, 'durability'>,
  required: DurabilityPolicy,
  logger: Logger,
  withoutPromise: string,
): Promise<void> {
  try {
    const checked = checkDurability(required, await store.durability());
    if (checked.ok) logger.info(`durability: ${checked.value}`);
    else logger.error({ fault: checked.fault }, withoutPromise);
  } catch (error) {
    logger.warn({ error }, 'the durability of Redis could not be read');
  }
}
