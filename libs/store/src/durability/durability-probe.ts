import type { StoreKeys } from '../keys.ts';
import { decodeDelivery, versionIn, versionRange } from '../records/documents.ts';
import type { WrittenRecord } from './durability-store.ts';

/** One Redis command, and whether its answer (bytes) shows that the write exists. */
export interface DurabilityProbe {
  readonly command: readonly [name: string, ...words: (string | number)[]];
  isThere(answer: unknown): boolean;
}

export function probeFor(keys: StoreKeys, written: WrittenRecord): DurabilityProbe {
  if ('call' in written) {
    return {
      command: ['GETRANGE', keys.call(written.call), versionRange.first, versionRange.last],
      isThere: (answer) => versionIn(answer as Buffer) >= written.version,
    };
  }
  if ('attempt' in written) {
    return {
      command: ['HGET', keys.attempt(written.attempt), 'claim'],
      isThere: (answer) => answer !== null && String(answer) === (written.claimedBy ?? ''),
    };
  }
  if ('delivery' in written) {
    const key = keys.delivery(written.delivery);
    return {
      command: ['GET', key],
      isThere: (answer) => decodeDelivery(key, answer as Buffer | null)?.createdAt === written.createdAt,
    };
  }
  return { command: ['HEXISTS', keys.idempotency(written.answered), 'reply'], isThere: (answer) => answer === 1 };
}
