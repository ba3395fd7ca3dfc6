import { expect, it } from 'vitest';
import { sharedReads } from './shared-reads.ts';

/** Reads that end when a test ends them. */
function slowReads() {
  const begun: { readonly id: string; readonly end: (found: number) => void; readonly fail: (why: Error) => void }[] =
    [];
  const read = sharedReads((id: string) => {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    begun.push({ id, end: resolve, fail: reject });
    return promise;
  });
  return { begun, read };
}

it('reads once for all callers that come during a read, and gives none of them the result of that read', async () => {
  const { begun, read } = slowReads();
  const first = read('a');
  const later = [read('a'), read('a'), read('a')];
  expect(begun).toHaveLength(1);
  begun[0]?.end(1);
  expect(await first).toBe(1);
  expect(begun).toHaveLength(2);
  begun[1]?.end(2);
  expect(await Promise.all(later)).toEqual([2, 2, 2]);
});

it('continues after a failed read', async () => {
  const { begun, read } = slowReads();
  const [first, second] = [read('a'), read('a')];
  begun[0]?.fail(new Error('Redis is gone'));
  await expect(first).rejects.toThrow('Redis is gone');
  begun[1]?.end(2);
  expect(await second).toBe(2);
});

it('reads anew for a caller that comes when no read is in flight, and reads other ids in parallel', async () => {
  const { begun, read } = slowReads();
  const [a, b] = [read('a'), read('b')];
  expect(begun.map(({ id }) => id)).toEqual(['a', 'b']);
  begun[0]?.end(1);
  begun[1]?.end(2);
  expect([await a, await b]).toEqual([1, 2]);
  const again = read('a');
  begun[2]?.end(3);
  expect(await again).toBe(3);
});
