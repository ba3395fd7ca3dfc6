import { describe, expect, it } from 'vitest';
import { books, both, busy, cdr, rangTwice, refused, second, show, struck, talked } from './books.support.ts';
import type { Books } from './books.ts';

describe('given books in which the retries differ from the policy', () => {
  const sixBusy = [1, 2, 3, 4, 5, 6].map((n) => cdr(n, ['busy'], { state: n < 6 ? 'waiting' : 'exhausted' }));

  it.each<[string, Books, string[]]>([
    [
      'both talked, and they were dialled again',
      books('dial2 hangs up', [talked(1), talked(2)], { dial1: [11, 21], dial2: [11, 21] }),
      ['doubled'],
    ],
    [
      'busy with one retry is given up after one attempt',
      books('dial1 busy', [busy(1, { state: 'exhausted' })], { dial1: [11] }),
      ['untrue', 'lost'],
    ],
    [
      'busy with one retry is dialled six times',
      books('dial1 busy', sixBusy, { dial1: [11, 21, 31, 41, 51, 61] }),
      ['untrue', 'doubled'],
    ],
    [
      'a busy call is completed',
      books('dial1 busy', [busy(1), busy(2, { state: 'completed' })], rangTwice),
      ['untrue'],
    ],
    ['an answered call is canceled', books('dial2 hangs up', [talked(1, { state: 'canceled' })], both), ['untrue']],
    [
      'a number that does not exist is dialled again',
      books('dial1 404', [cdr(1, ['invalid_number']), cdr(2, ['invalid_number'], { state: 'failed' })], rangTwice),
      ['untrue', 'doubled'],
    ],
    [
      'an unknown end is dialled again',
      books(
        'dial2 hangs up',
        [cdr(1, ['unknown']), talked(2)],
        { dial1: [11, 21], dial2: [11, 21] },
        {
          faults: [struck('Asterisk', 11, 14)],
        },
      ),
      ['untrue', 'doubled'],
    ],
    [
      'what was not sent uses up no retry, and so nothing is wrong',
      books(
        'dial1 busy',
        [refused(1), busy(2, { state: 'waiting' }), busy(3, { state: 'exhausted' })],
        { dial1: [21, 31] },
        { faults: [struck('AMI', 10)] },
      ),
      [],
    ],
    [
      'what was not sent is given up after one',
      books('dial2 hangs up', [refused(1, { state: 'exhausted' })], {}, { faults: [struck('AMI', 10)] }),
      ['untrue', 'lost'],
    ],
    [
      'a busy phone is rung again at once',
      books('dial1 busy', [busy(1), busy(2, { startedAt: new Date(second(12)).toISOString() })], { dial1: [11, 12] }),
      ['early'],
    ],
    [
      "the network's second pause is as short as its first",
      books(
        'dial1 503',
        [
          cdr(1, ['congestion']),
          cdr(2, ['congestion']),
          cdr(3, ['congestion'], { state: 'exhausted', startedAt: new Date(second(23)).toISOString() }),
        ],
        { dial1: [11, 21, 24] },
      ),
      ['early'],
    ],
    [
      'the network has one retry too few',
      books('dial1 503', [cdr(1, ['congestion']), cdr(2, ['congestion'], { state: 'exhausted' })], rangTwice),
      ['untrue', 'lost'],
    ],
    [
      'it was not sent once, and failed, and no phone ever rang',
      books('dial2 hangs up', [refused(1, { state: 'failed' })], {}, { faults: [struck('AMI', 10)] }),
      ['untrue', 'lost'],
    ],
    [
      'it was canceled without a request',
      books('dial1 busy', [cdr(1, ['canceled'], { state: 'canceled' })], { dial1: [11] }),
      ['untrue', 'untrue'],
    ],
  ])('when %s, then they show it', (_, wrong, imbalances) => {
    expect(show(wrong)).toEqual(imbalances);
  });
});
