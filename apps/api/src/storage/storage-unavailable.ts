import { isRedisFailure } from '@redial/platform';

/** Redis was not reachable, or did not answer. It is not known whether the write happened. */
export class StorageUnavailable extends Error {
  override readonly name = 'StorageUnavailable';
}

/**
 * Turns a failure of Redis into `StorageUnavailable`, which becomes a 503. Any other exception is a bug and becomes a
 * 500.
 */
export async function fromStorage<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isRedisFailure(error)) throw error;
    throw new StorageUnavailable((error as Error).message, { cause: error });
  }
}
