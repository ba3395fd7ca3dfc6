import { describe, expect, it } from 'vitest';
import {
  books,
  both,
  busy,
  busyTwice,
  callOf,
  cdr,
  rangTwice,
  recordOf,
  refused,
  second,
  show,
  silent,
  struck,
  talked,
  twoBusy,
  unknownEnd,
} from './books.support.ts';
import { type Books, balance } from './books.ts';
import { kinds } from './mix.ts';

describe('given books that are right', () => {
  it.each(kinds.map(({ kind, truth }) => [kind, truth] as const))(
    'when the phones are %s, then they balance',
    (kind, truth) => {
      const { retryPolicy } = callOf(kind).request;
      for (const { dial1, dial2 } of truth) {
        const word = dial1 === 'answered' ? dial2 : dial1;
        const isNetwork = word === 'congestion';
        const most = isNetwork ? 1 + retryPolicy.networkBudget.maxRetries : 1 + retryPolicy.maxRetries;
        const last = { answered: 'completed', invalid_number: 'failed' }[word];
        const numbers = Array.from({ length: last === undefined ? most : 1 }, (_, i) => i + 1);
        const cdrs = numbers.map((n) =>
          cdr(n, [dial1, dial2], { state: n === numbers.length ? (last ?? 'exhausted') : 'waiting' }),
        );
        const rings = numbers.map((n) => 10 * n + 1);
        const call = callOf(kind);
        const rang = { ...(call.dial1Rings && { dial1: rings }), ...(dial1 === 'answered' && { dial2: rings }) };
        expect(balance(books(kind, cdrs, rang))).toEqual({
          findings: [],
          excused: [],
          fromSilence: 0,
          repeatedWebhooks: 0,
        });
      }
    },
  );

  it.each<[string, Books, string[]]>([
    ['a webhook came twice', busyTwice({ webhooks: [...busyTwice().webhooks, ...busyTwice().webhooks] }), []],
    [
      'unknown, and Asterisk died',
      books('dial2 hangs up', [unknownEnd(1)], both, { faults: [struck('Asterisk', 11, 14)] }),
      ['unknown beside Asterisk'],
    ],
    [
      'an Originate died with its dialer',
      books('dial2 hangs up', [silent(1, { state: 'exhausted' })], {}, { faults: [struck('dialer 2', 10, 12)] }),
      ['from silence beside dialer 2'],
    ],
    [
      'no observer saw a busy phone, because all links were cut',
      books('dial1 busy', [silent(1), busy(2)], rangTwice, { faults: [struck('AMI', 11)] }),
      ['from silence beside AMI'],
    ],
    [
      'no observer saw a busy phone, because its dialer and both others were dead',
      books('dial1 busy', [silent(1), busy(2)], rangTwice, {
        faults: [struck('results 1', 9, 10), struck('results 2', 3, 6), struck('dialer 1', 11, 12)],
      }),
      ['from silence beside dialer 1'],
    ],
    [
      'no observer saw a busy phone, because its dialer was dead and Redis away',
      books('dial1 busy', [silent(1), busy(2)], rangTwice, {
        faults: [struck('dialer 1', 11, 12), struck('Redis', 9, 10)],
      }),
      ['from silence beside dialer 1'],
    ],
    [
      'no observer saw a busy phone, because its dialer was dead and the others had no link yet',
      books('dial1 busy', [silent(1), busy(2)], rangTwice, { faults: [struck('AMI', 8), struck('dialer 2', 11, 12)] }),
      ['from silence beside dialer 2'],
    ],
    [
      'a phone rang to the end of its time, and the links were cut just before',
      books('dial1 no answer', [silent(1), cdr(2, ['no_answer'], { state: 'exhausted' })], rangTwice, {
        faults: [struck('AMI', 15)],
      }),
      ['from silence beside AMI'],
    ],
    [
      'a call was held back, for Redis answered late',
      books(
        'dial2 hangs up',
        [refused(1), talked(3, { attemptNumber: 2 })],
        { dial1: [31], dial2: [31] },
        {
          faults: [struck('Redis', 9, 11)],
        },
      ),
      ['not sent beside Redis'],
    ],
    [
      'a call was refused, for Asterisk had died',
      books(
        'dial2 hangs up',
        [refused(1), talked(3, { attemptNumber: 2 })],
        { dial1: [31], dial2: [31] },
        {
          faults: [struck('Asterisk', 9, 11)],
        },
      ),
      ['not sent beside Asterisk'],
    ],
    [
      'busy was heard, and Asterisk died before the rest was',
      books('dial1 busy', [busy(1, { lost: true }), busy(2)], rangTwice, { faults: [struck('Asterisk', 11, 13)] }),
      ['from silence beside Asterisk'],
    ],
    [
      'a dead link refused an attempt, which used up none of the others',
      books(
        'dial1 busy',
        [refused(1), busy(3, { id: 'att_3', attemptNumber: 2 }), busy(4, { attemptNumber: 3, state: 'exhausted' })],
        { dial1: [31, 41] },
        { faults: [struck('AMI', 9)] },
      ),
      ['not sent beside AMI'],
    ],
    [
      'a restarted Asterisk had no phones yet',
      books('dial1 busy', [cdr(1, ['unreachable']), busy(2)], { dial1: [21] }, { faults: [struck('Asterisk', 5, 9)] }),
      ['phones not loaded beside Asterisk'],
    ],
  ])('when %s, then they balance and say so', (_, right, excuses) => {
    const { findings, excused } = balance(right);
    expect(findings).toEqual([]);
    expect(excused.map(({ what, fault }) => `${what} beside ${fault.target}`)).toEqual(excuses);
  });
});

/** A balance that cannot fail would prove nothing. */
describe('given books with a fault', () => {
  it.each<[string, Books, string[]]>([
    ['a call is in no record', busyTwice({ records: new Map() }), ['lost']],
    ['the API does not list a call', busyTwice({ listed: [] }), ['lost']],
    ['the API lists a call twice', busyTwice({ listed: ['call_0', 'call_0'] }), ['doubled']],
    ['there is a call that no client requested', busyTwice({ listed: ['call_0', 'call_1'] }), ['doubled']],
    [
      'two requests were given one call',
      busyTwice({ accepted: [...busyTwice().accepted, { id: 'call_0', call: callOf('dial1 busy') }] }),
      ['lost'],
    ],
    ['a call was never dialled', books('dial1 busy', []), ['lost']],
    [
      'a call has not ended',
      busyTwice({
        records: new Map([
          ['call_0', { state: 'dialing', attempts: [...recordOf(twoBusy), { id: 'att_3', disposition: null }] }],
        ]),
      }),
      ['lost', 'lost'],
    ],
    [
      'record and CDR say two things',
      busyTwice({
        records: new Map([['call_0', { state: 'exhausted', attempts: recordOf([busy(1), unknownEnd(2)]) }]]),
      }),
      ['untrue'],
    ],
    [
      'record and last CDR say two states',
      busyTwice({ records: new Map([['call_0', { state: 'failed', attempts: recordOf(twoBusy) }]]) }),
      ['untrue'],
    ],
    [
      'a CDR is of no attempt that the record knows',
      busyTwice({ records: new Map([['call_0', { state: 'waiting', attempts: recordOf([busy(1)]) }]]) }),
      ['lost', 'doubled'],
    ],
    [
      'the second attempt is called the third',
      books('dial1 busy', [busy(1), busy(3, { state: 'exhausted' })], { dial1: [11, 31] }),
      ['lost'],
    ],
    [
      'webhook and list tell two CDRs',
      busyTwice({ webhooks: twoBusy.map((one) => ({ id: `${one.id}.hook`, cdr: { ...one, lost: true } })) }),
      ['untrue', 'untrue'],
    ],
    ['a CDR is on the list twice', busyTwice({}, [...twoBusy, busy(2)]), ['doubled']],
    [
      'an attempt has no CDR',
      busyTwice({ records: busyTwice().records, listCdrs: [busy(1)] }),
      ['lost', 'untrue', 'lost', 'doubled'],
    ],
    ['a webhook never came', busyTwice({ webhooks: [{ id: 'att_1.hook', cdr: busy(1) }] }), ['lost']],
    ['webhooks came in another order', busyTwice({ webhooks: busyTwice().webhooks.toReversed() }), ['disordered']],
    [
      'a webhook came under another id',
      busyTwice({ webhooks: [...busyTwice().webhooks, { id: 'att_1.other', cdr: busy(1) }] }),
      ['doubled'],
    ],
    [
      'a webhook has an attempt that is not on the list',
      busyTwice({ webhooks: [...busyTwice().webhooks, { id: 'att_3.hook', cdr: busy(3) }] }),
      ['untrue'],
    ],
    [
      'CDR and webhook have a call that no client requested',
      busyTwice({
        listCdrs: [...twoBusy, talked(3, { callId: 'call_9' })],
        webhooks: [...busyTwice().webhooks, { id: 'att_3.hook', cdr: talked(3, { callId: 'call_9' }) }],
      }),
      ['doubled', 'doubled'],
    ],
    [
      'a number rang that belongs to no call',
      busyTwice({ invites: new Map([...busyTwice().invites, ['27820009', [second(11)]]]) }),
      ['doubled'],
    ],
  ])('when %s, then they show it', (_, wrong, imbalances) => {
    expect(show(wrong)).toEqual(imbalances);
  });
});
