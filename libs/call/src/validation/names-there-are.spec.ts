import { expect, test } from 'vitest';
import { namesThereAre } from './names-there-are.ts';

const many = Array.from({ length: 13 }, (_, n) => `t${n}`);

test.each([
  [[], ': there is none'],
  [['main'], ': there is main'],
  [['main', 'backup', 'main'], ': there are main, backup'],
  [many.slice(0, 10), ': there are t0, t1, t2, t3, t4, t5, t6, t7, t8, t9'],
  [many, ': there are t0, t1, t2, t3, t4, t5, t6, t7, t8, t9 and 3 more'],
])('of %j: %s', (names, sentence) => {
  expect(namesThereAre(names)).toBe(sentence);
});
