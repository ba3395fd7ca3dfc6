import { expect, test } from 'vitest';
import { createWorkLimit } from './work-limit.ts';

function recorder() {
  const begun: string[] = [];
  const finish = new Map<string, () => void>();
  const work = (key: string) => () =>
    new Promise<void>((resolve) => {
      begun.push(key);
      finish.set(key, resolve);
    });
  const done = async (key: string) => {
    finish.get(key)?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { begun, work, done };
}

test('so many at once, the others in their order', async () => {
  const { begun, work, done } = recorder();
  const limit = createWorkLimit<string>(2);
  for (const key of ['a', 'b', 'c', 'd']) limit.add(key, work(key));
  expect(begun).toEqual(['a', 'b']);
  await done('b');
  expect(begun).toEqual(['a', 'b', 'c']);
  await done('a');
  await done('c');
  expect(begun).toEqual(['a', 'b', 'c', 'd']);
});

test('a key that waits or runs is not added twice; done, it may come again', async () => {
  const { begun, work, done } = recorder();
  const limit = createWorkLimit<string>(1);
  for (const key of ['a', 'a', 'b', 'b']) limit.add(key, work(key));
  await done('a');
  await done('b');
  expect(begun).toEqual(['a', 'b']);
  limit.add('a', work('a'));
  expect(begun).toEqual(['a', 'b', 'a']);
});

test('cleared, it begins nothing more', async () => {
  const { begun, work, done } = recorder();
  const limit = createWorkLimit<string>(1);
  limit.add('a', work('a'));
  limit.add('b', work('b'));
  limit.clear();
  await done('a');
  expect(begun).toEqual(['a']);
});
