import { isRedisFailure } from '@redial/platform';

/** Redis could not be reached, or did not answer: it is not known whether the write happened. */
export class StorageUnavailable extends Error {
  override readonly name = 'StorageUnavailable';
}

/** Turns a failure of Redis into `StorageUnavailable`, which is answered with 503. Any other exception is a bug, and is answered with 500. */
export async function fromStorage<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isRedisFailure(error)) throw error;
    throw new StorageUnavailable((error as Error).message, { cause: error });
  }
}
