import { describe, expect, it } from 'vitest';
import {
  books,
  both,
  busy,
  cdr,
  rangTwice,
  refused,
  second,
  show,
  silent,
  struck,
  talked,
  twoBusy,
  unknownEnd,
} from './books.support.ts';
import type { Books } from './books.ts';

describe('given books that differ from the phones', () => {
  it.each<[string, Books, string[]]>([
    ['a phone was rung twice in one attempt', books('dial1 busy', twoBusy, { dial1: [11, 12, 21] }), ['doubled']],
    ['a phone was rung before any attempt', books('dial1 busy', twoBusy, { dial1: [5, 11, 21] }), ['doubled']],
    [
      'a phone was rung after the end of its attempt',
      books('dial1 busy', twoBusy, { dial1: [11, 16, 21] }),
      ['doubled'],
    ],
    ['a phone never rang', books('dial1 busy', twoBusy, { dial1: [11] }), ['lost']],
    ['dial2 never rang', books('dial2 hangs up', [talked(1)], { dial1: [11] }), ['lost']],
    ['dial2 rang without a word of it', books('dial1 busy', twoBusy, { ...rangTwice, dial2: [11] }), ['untrue']],
    [
      'busy is said to be declined',
      books('dial1 busy', [busy(1), cdr(2, ['rejected'], { state: 'exhausted' })], rangTwice),
      ['untrue'],
    ],
    [
      "dial1's busy is said to be dial2's",
      books('dial1 busy', [busy(1), cdr(2, ['answered', 'busy'], { state: 'exhausted' })], {
        ...rangTwice,
        dial2: [21],
      }),
      ['untrue'],
    ],
    [
      'both talked, and were not connected',
      books('dial2 hangs up', [talked(1, { connected: false })], both),
      ['untrue'],
    ],
    [
      'both talked, and it was lost and no answer',
      books('dial2 hangs up', [silent(1, { state: 'exhausted' })], both, { faults: [struck('AMI', 11)] }),
      ['untrue', 'untrue'],
    ],
    [
      'dial1 answered, and it was lost',
      books(
        'dial2 busy',
        [silent(1), cdr(2, ['answered', 'busy'], { state: 'exhausted' })],
        { dial1: [11, 21], dial2: [21] },
        {
          faults: [struck('AMI', 11)],
        },
      ),
      ['untrue'],
    ],
    [
      'dial1 answered, Asterisk died, and it was lost',
      books(
        'dial2 busy',
        [silent(1), cdr(2, ['answered', 'busy'], { state: 'exhausted' })],
        { dial1: [11, 21], dial2: [21] },
        {
          faults: [struck('Asterisk', 13, 15)],
        },
      ),
      ['untrue', 'unexplained'],
    ],
    [
      'both talked, and it was busy',
      books('dial2 hangs up', [talked(1, { disposition: 'busy', connected: false, state: 'exhausted' })], both),
      ['untrue'],
    ],
    [
      'busy was heard, Asterisk lived, and it was lost',
      books('dial1 busy', [busy(1, { lost: true }), busy(2)], rangTwice, { faults: [struck('AMI', 11)] }),
      ['untrue'],
    ],
    [
      'the end was heard, Asterisk died, and busy is said to be declined',
      books('dial1 busy', [cdr(1, ['rejected'], { lost: true }), busy(2)], rangTwice, {
        faults: [struck('Asterisk', 11, 14)],
      }),
      ['untrue'],
    ],
    [
      'an attempt was not sent, and dial2 was busy',
      books(
        'dial1 busy',
        [
          refused(1, { dial2: { disposition: 'busy' } }),
          busy(3, { attemptNumber: 2 }),
          busy(4, { attemptNumber: 3, state: 'exhausted' }),
        ],
        { dial1: [31, 41] },
        { faults: [struck('AMI', 10)] },
      ),
      ['untrue'],
    ],
    [
      'a phone rang after the end of a lost attempt',
      books(
        'dial1 busy',
        [silent(1, { endedAt: new Date(second(13)).toISOString() }), busy(2)],
        { dial1: [15, 21] },
        {
          faults: [struck('dialer 1', 10)],
        },
      ),
      ['doubled'],
    ],
    [
      'an attempt was not sent, and a phone rang',
      books(
        'dial1 busy',
        [refused(1), busy(3, { attemptNumber: 2 }), busy(4, { attemptNumber: 3, state: 'exhausted' })],
        { dial1: [11, 31, 41] },
        {
          faults: [struck('AMI', 10)],
        },
      ),
      ['untrue'],
    ],
    [
      'unknown, Asterisk died, and dial2 rang before dial1',
      books('dial2 hangs up', [unknownEnd(1)], { dial2: [11] }, { faults: [struck('Asterisk', 11, 14)] }),
      ['untrue'],
    ],
    [
      'unknown, Asterisk died, and dial2 rang after a dial1 that never answers',
      books('dial1 busy', [unknownEnd(1)], both, { faults: [struck('Asterisk', 11, 14)] }),
      ['untrue'],
    ],
    [
      'dial1 answered, the rest is unknown, Asterisk died, and dial1 never rang',
      books(
        'dial2 hangs up',
        [cdr(1, ['answered', 'unknown'], { state: 'unknown' })],
        {},
        { faults: [struck('Asterisk', 11, 14)] },
      ),
      ['lost'],
    ],
    [
      'Asterisk died, and busy is said to be declined',
      books('dial1 busy', [busy(1), cdr(2, ['rejected'], { state: 'exhausted' })], rangTwice, {
        faults: [struck('Asterisk', 21, 24)],
      }),
      ['untrue'],
    ],
    [
      'a restarted Asterisk had no phones yet, and one of them rang',
      books('dial1 busy', [cdr(1, ['unreachable']), busy(2)], rangTwice, { faults: [struck('Asterisk', 5, 9)] }),
      ['untrue'],
    ],
  ])('when %s, then they show it', (_, wrong, imbalances) => {
    expect(show(wrong)).toEqual(imbalances);
  });
});

describe('given books of attempts whose end no observer saw', () => {
  const neverSent = (faults: Books['faults']) =>
    books('dial2 hangs up', [silent(1, { state: 'exhausted' })], {}, { faults });
  const unheard = (faults: Books['faults']) => books('dial1 busy', [silent(1), busy(2)], rangTwice, { faults });
  const notSent = (faults: Books['faults']) =>
    books('dial2 hangs up', [refused(1), talked(3, { attemptNumber: 2 })], { dial1: [31], dial2: [31] }, { faults });
  const unknown = (faults: Books['faults']) => books('dial2 hangs up', [unknownEnd(1)], both, { faults });

  it.each<[string, Books, string[]]>([
    ['nothing was struck, and an Originate never left', neverSent([]), ['unexplained']],
    ['only Redis was away, and an Originate never left', neverSent([struck('Redis', 10, 12)]), ['unexplained']],
    [
      'a dialer died before the attempt, and its Originate never left',
      neverSent([struck('dialer 1', 7, 11)]),
      ['unexplained'],
    ],
    ['the link was cut long before, and an Originate never left', neverSent([struck('AMI', 1)]), ['unexplained']],
    ['there was no fault, and no observer saw a busy phone', unheard([]), ['unexplained']],
    ['only the dialer died, and no observer saw a busy phone', unheard([struck('dialer 1', 11, 12)]), ['unexplained']],
    [
      'the dialer and one of two others died, and no observer saw a busy phone',
      unheard([struck('dialer 1', 11, 12), struck('results 1', 10, 12)]),
      ['unexplained'],
    ],
    [
      'the link was cut before the attempt, and no observer saw a busy phone',
      unheard([struck('AMI', 9)]),
      ['unexplained'],
    ],
    ['Asterisk died, and no observer saw a busy phone', unheard([struck('Asterisk', 11, 13)]), ['unexplained']],
    [
      'both others died, and no observer saw a busy phone',
      unheard([struck('results 1', 10, 12), struck('results 2', 10, 12)]),
      ['unexplained'],
    ],
    ['nothing was struck, and an attempt was not sent', notSent([]), ['unexplained']],
    ['only a dialer died, and an attempt was not sent', notSent([struck('dialer 1', 10, 11)]), ['unexplained']],
    ['unknown, and Asterisk lived', unknown([struck('AMI', 11)]), ['unknown']],
    ['unknown, and Asterisk died before', unknown([struck('Asterisk', 5, 8)]), ['unknown']],
  ])('when %s, then they show it', (_, wrong, imbalances) => {
    expect(show(wrong)).toEqual(imbalances);
  });
});
