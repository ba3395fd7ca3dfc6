import type { StoreKeys } from '../keys.ts';
import { decodeAttempt, decodeDelivery } from '../records/documents.ts';
import type { WrittenRecord } from './durability-store.ts';

/** One Redis command, and what it answers where the write is there. */
export interface Look {
  readonly command: readonly [name: string, ...words: (string | number)[]];
  isThere(answer: unknown): boolean;
}

/** More than a version has digits. */
const versionLength = 20;

export function lookFor(keys: StoreKeys, written: WrittenRecord): Look {
  if ('call' in written) {
    return {
      command: ['GETRANGE', keys.call(written.call), 0, versionLength],
      isThere: (answer) => Number.parseInt(String(answer), 10) >= written.version,
    };
  }
  if ('attempt' in written) {
    const key = keys.attempt(written.attempt);
    return {
      command: ['HMGET', key, 'v', 'doc'],
      isThere: (answer) => {
        const attempt = decodeAttempt(key, answer as (string | null)[])?.value;
        return attempt !== undefined && attempt.claimedBy === written.claimedBy && attempt.ended === undefined;
      },
    };
  }
  if ('delivery' in written) {
    const key = keys.delivery(written.delivery);
    return {
      command: ['GET', key],
      isThere: (answer) => decodeDelivery(key, answer as string | null)?.createdAt === written.createdAt,
    };
  }
  return { command: ['HEXISTS', keys.idempotency(written.answered), 'reply'], isThere: (answer) => answer === 1 };
}
