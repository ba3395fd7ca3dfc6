import type { Logger } from '@redial/platform';
import { type DurabilityPolicy, type DurabilityStore, durabilityFault, durabilityPromise } from '@redial/store';

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
    const found = await store.durability();
    const fault = durabilityFault(required, found);
    if (fault === undefined) logger.info(`durability: ${durabilityPromise(required, found)}`);
    else logger.error({ fault }, withoutPromise);
  } catch (error) {
    logger.warn({ error }, 'the durability of Redis could not be read');
  }
}
