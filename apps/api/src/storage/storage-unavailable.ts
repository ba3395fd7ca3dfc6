import { isRedisFailure } from '@redial/platform';

/** Redis could not be asked, or did not answer: whether the write happened is not known. */
export class StorageUnavailable extends Error {
  override readonly name = 'StorageUnavailable';
}

/** Marks a rejection that is the storage's, so that it is answered with 503. Everything else is a mistake of ours, and stays one: 500. */
export async function fromStorage<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isRedisFailure(error)) throw error;
    throw new StorageUnavailable((error as Error).message, { cause: error });
  }
}
