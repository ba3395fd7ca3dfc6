import type { AttemptId, AttemptSignal } from '@redial/call';
import { expect, test } from 'vitest';
import { createUnknownAttempts } from './unknown-attempts.ts';

const [one, two] = ['att_1', 'att_2'] as [AttemptId, AttemptId];
const rang: AttemptSignal = { type: 'rang', at: 1 };
const answered: AttemptSignal = { type: 'answered', at: 2 };
const settled = () => new Promise((resolve) => setImmediate(resolve));

function recorder() {
  const asked: AttemptId[] = [];
  const answers: { resolve(attempt: string | undefined): void; reject(error: Error): void }[] = [];
  const known: [string, readonly AttemptSignal[]][] = [];
  const unknown = createUnknownAttempts<string>({
    read: (attemptId) => {
      asked.push(attemptId);
      return new Promise((resolve, reject) => answers.push({ resolve, reject }));
    },
    onKnown: (...args) => void known.push(args),
    onFault: () => {},
    limit: 1,
    signalLimit: 2,
    recentLimit: 1,
  });
  return { asked, answers, known, unknown };
}

test('it looks up once, and passes on the signals that came meanwhile, up to the limit', async () => {
  const { asked, answers, known, unknown } = recorder();
  for (const signal of [rang, answered, rang]) unknown.offer(one, signal);
  answers[0]?.resolve('attempt one');
  await settled();
  expect([asked, known]).toEqual([[one], [['attempt one', [rang, answered]]]]);
});

test('it looks up a limited number at once and drops the others; they may come again', async () => {
  const { asked, answers, unknown } = recorder();
  unknown.offer(one, rang);
  unknown.offer(two, rang);
  answers[0]?.resolve('attempt one');
  await settled();
  unknown.offer(two, answered);
  expect(asked).toEqual([one, two]);
});

test('an attempt that is not Redial’s is remembered until it is forgotten', async () => {
  const { asked, answers, unknown } = recorder();
  unknown.offer(one, rang);
  answers[0]?.resolve(undefined);
  await settled();
  unknown.offer(one, rang);
  expect(asked).toEqual([one]);
  unknown.forget(one);
  unknown.offer(one, rang);
  expect(asked).toEqual([one, one]);
});

test('a failed lookup is repeated', async () => {
  const { asked, answers, unknown } = recorder();
  unknown.offer(one, rang);
  answers[0]?.reject(new Error('store is down'));
  await settled();
  unknown.offer(one, rang);
  expect(asked).toEqual([one, one]);
});

test('stopped, an answer has no effect', async () => {
  const { answers, known, unknown } = recorder();
  unknown.offer(one, rang);
  unknown.stop();
  answers[0]?.resolve('attempt one');
  await settled();
  expect(known).toEqual([]);
});
