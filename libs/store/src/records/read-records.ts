import type { StoreContext } from '../store-context.ts';
import { unlessMalformed } from './documents.ts';
import { MalformedRecord } from './malformed-record.ts';

/** What a command that reads one record answers; a key that holds another type is damage like any other. */
export async function answerAt<T>(key: string, command: Promise<T>): Promise<T> {
  try {
    return await command;
  } catch (error) {
    throw error instanceof Error ? failureAt(key, error) : error;
  }
}

/** The error with which Redis answered a command that reads the record at `key`. */
export function failureAt(key: string, error: Error): Error {
  return error.message.startsWith('WRONGTYPE') ? new MalformedRecord(key) : error;
}

/**
 * Many records that are strings, in the order of their keys: undefined where there is none, and where one is damaged (`onMalformed` is told).
 * Of a key that holds another type MGET answers as of one that is gone, so those that seem gone are asked for their type; most often there
 * are none.
 */
export async function readRecords<T>(
  { redis, onMalformed }: Pick<StoreContext, 'redis' | 'onMalformed'>,
  keys: readonly string[],
  decode: (key: string, raw: Buffer | null) => T | undefined,
): Promise<(T | undefined)[]> {
  if (keys.length === 0) return [];
  const found = await redis.mgetBuffer([...keys]);
  const gone = keys.filter((_key, i) => found[i] === null);
  const types = await Promise.all(gone.map((key) => redis.type(key)));
  const damaged = new Set(gone.filter((_key, i) => types[i] !== 'none' && types[i] !== 'string'));
  return keys.map((key, i) =>
    unlessMalformed(onMalformed, () => {
      if (damaged.has(key)) throw new MalformedRecord(key);
      return decode(key, found[i] ?? null);
    }),
  );
}
