import type { Redis } from '@redial/platform';
import type { PageCursor } from '../page-cursor.ts';

interface PageEntry {
  readonly member: string;
  readonly at: number;
}

/**
 * The next entries of a sorted set whose scores are instants: those before `before`, oldest first. Each page is one
 * command, however far it is from the start. There is a `cursor` while the page was full. Redis keeps entries of one
 * instant in the order of their members.
 */
export async function readPage(
  redis: Redis,
  key: string,
  { before, limit, after }: { readonly before: number; readonly limit: number; readonly after: PageCursor | undefined },
): Promise<{ readonly entries: readonly PageEntry[]; readonly cursor?: PageCursor }> {
  const [from, seen] = [after?.at ?? '-inf', after?.seen ?? 0];
  const entries = pairs(await redis.zrange(key, from, `(${before}`, 'BYSCORE', 'LIMIT', seen, limit, 'WITHSCORES'));
  const last = entries.at(-1);
  if (last === undefined || entries.length < limit) return { entries };
  const seenHere = entries.filter(({ at }) => at === last.at).length;
  return { entries, cursor: { at: last.at, seen: last.at === after?.at ? seen + seenHere : seenHere } };
}

function pairs(words: readonly string[]): PageEntry[] {
  return Array.from({ length: words.length / 2 }, (_, i) => ({
    member: words[2 * i] as string,
    at: Number(words[2 * i + 1]),
  }));
}
