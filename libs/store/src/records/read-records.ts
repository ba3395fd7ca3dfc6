import type { StoreContext } from '../store-context.ts';
import { unlessMalformed } from './documents.ts';
import { MalformedRecord } from './malformed-record.ts';

/** The answer of a command that reads one record. A key of another type is damage, as any other. */
export async function answerAt<T>(key: string, command: Promise<T>): Promise<T> {
  try {
    return await command;
  } catch (error) {
    throw error instanceof Error ? failureAt(key, error) : error;
  }
}

/** The error of a command that reads the record at `key`. */
export function failureAt(key: string, error: Error): Error {
  return error.message.startsWith('WRONGTYPE') ? new MalformedRecord(key) : error;
}

/**
 * Many records that are strings, in the order of their keys. Undefined where there is none, and where one is damaged
 * (`onMalformed` is called). MGET answers a key of another type like a missing one, so the types of missing ones are
 * read. Most often there are none.
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
