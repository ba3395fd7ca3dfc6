import { MalformedRecord } from '@redial/store';

/** Redis could not be asked, or did not answer: whether the write happened is not known. */
export class StorageUnavailable extends Error {
  override readonly name = 'StorageUnavailable';
}

/** Marks a rejection as the storage's, so that it is answered with 503. Bugs stay bugs. */
export async function fromStorage<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (bugs.some((kind) => error instanceof kind)) throw error;
    throw new StorageUnavailable(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

const bugs = [TypeError, RangeError, SyntaxError, MalformedRecord];
