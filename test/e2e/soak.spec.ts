import { describe, expect, it } from 'vitest';
import { type BookedCdr, type Books, balance } from '../soak/books.ts';
import { faultSchedule } from '../soak/fault-schedule.ts';
import { soakCall } from '../soak/mix.ts';
import { randomOf } from '../soak/random.ts';
import { soak } from '../soak/soak.ts';

/** `npm run soak`, short and always the same. */
describe('given calls of every kind, and two processes of each kind', () => {
  it('when something is killed every few seconds, Asterisk and Redis included, then the books balance', async () => {
    const report = await soak({ calls: 150, callsPerSecond: 4, seed: 17, minutes: 4 });
    const { findings, notAccepted, left, traces } = report;
    expect({ findings, notAccepted, traces }).toEqual({ findings: [], notAccepted: [], traces: undefined });
    expect(Object.entries(left).filter(([, count]) => count > 0)).toEqual([]);
    expect(new Set(report.faults.map(({ target }) => target.split(' ')[0]))).toEqual(
      new Set(['api', 'dialer', 'results', 'AMI', 'Redis', 'Asterisk']),
    );
    expect(report.accepted).toBe(150);
    expect(report.attempts).toBeGreaterThan(150);
    expect(report.invites).toBeGreaterThan(150);
  }, 300_000);
});

describe('given a seed', () => {
  it('when it is used again, then it chooses the same calls and the same faults', () => {
    const chosen = (seed: number) => {
      const random = randomOf(seed);
      return [Array.from({ length: 200 }, (_, n) => soakCall(n, random)), faultSchedule(random, 120_000)];
    };
    expect(chosen(11)).toEqual(chosen(11));
    expect(chosen(11)).not.toEqual(chosen(12));
  });

  it('then no two calls share a number that rings, and nothing is struck while it is down', () => {
    const random = randomOf(5);
    const numbers = Array.from({ length: 5_000 }, (_, n) => soakCall(n, random)).flatMap((call) => [
      ...(call.dial1Rings ? [call.dial1] : []),
      call.dial2,
    ]);
    expect(new Set(numbers).size).toBe(numbers.length);
    const upAt = new Map<string, number>();
    for (const { target, atMs, downMs } of faultSchedule(random, 600_000)) {
      expect(atMs).toBeGreaterThanOrEqual(upAt.get(target) ?? 0);
      upAt.set(target, atMs + downMs);
    }
  });
});

/** A balance that cannot fail would prove nothing. */
describe('given books in which something is wrong', () => {
  const call = { n: 0, kind: 'dial1 busy', dial1: '1', dial2: '2', dial1Rings: true, truth: ['busy'], request: {} };
  const second = (n: number) => Date.UTC(2026, 0, 1, 12, 0, n);
  const cdr = (n: number, changes: Partial<BookedCdr> = {}): BookedCdr => ({
    id: `att_${n}`,
    callId: 'call_0',
    attemptNumber: n,
    disposition: 'busy',
    lost: false,
    startedAt: new Date(second(10 * n)).toISOString(),
    endedAt: new Date(second(10 * n + 2)).toISOString(),
    dial1: { disposition: 'busy' },
    dial2: { disposition: 'not_dialed' },
    call: { state: n === 2 ? 'exhausted' : 'waiting' },
    ...changes,
  });
  const books = (changes: Partial<Books> = {}, cdrs = [cdr(1), cdr(2)]): Books => ({
    accepted: new Map([['call_0', call]]),
    listed: ['call_0'],
    records: new Map([['call_0', { state: 'exhausted', attempts: [{ id: 'att_1' }, { id: 'att_2' }] }]]),
    listCdrs: cdrs,
    webhooks: cdrs.map((one) => ({ id: `${one.id}.hook`, cdr: one })),
    invites: new Map([['1', [second(11), second(21)]]]),
    pbxOutages: [],
    ...changes,
  });
  const unknown = [cdr(1), cdr(2, { disposition: 'unknown' })];

  it.each<[string, Books, string[]]>([
    ['nothing', books(), []],
    ['a call is in no record', books({ records: new Map() }), ['lost']],
    [
      'a call has not ended',
      books({
        records: new Map([
          ['call_0', { state: 'dialing', attempts: [{ id: 'att_1' }, { id: 'att_2' }, { id: 'att_3' }] }],
        ]),
      }),
      ['lost', 'lost'],
    ],
    ['an attempt has no CDR', books({}, [cdr(1)]), ['lost', 'doubled']],
    ['a CDR is on the list twice', books({}, [cdr(1), cdr(2), cdr(2)]), ['doubled']],
    ['a webhook never came', books({ webhooks: [{ id: 'att_1.hook', cdr: cdr(1) }] }), ['lost']],
    ['a webhook came twice', books({ webhooks: [...books().webhooks, ...books().webhooks] }), []],
    ['webhooks came in another order', books({ webhooks: books().webhooks.toReversed() }), ['disordered']],
    [
      'a webhook came under another id',
      books({ webhooks: [...books().webhooks, { id: 'att_1.other', cdr: cdr(1) }] }),
      ['doubled'],
    ],
    [
      'a phone was rung twice in one attempt',
      books({ invites: new Map([['1', [11, 12, 21].map(second)]]) }),
      ['doubled'],
    ],
    ['a phone was rung before any attempt', books({ invites: new Map([['1', [5, 11, 21].map(second)]]) }), ['doubled']],
    ['a phone never rang', books({ invites: new Map([['1', [second(11)]]]) }), ['lost']],
    [
      'dial2 rang without a word of it',
      books({ invites: new Map([...books().invites, ['2', [second(11)]]]) }),
      ['untrue'],
    ],
    [
      'the phone was busy, and the CDR says otherwise',
      books({}, [cdr(1), cdr(2, { disposition: 'rejected' })]),
      ['untrue'],
    ],
    ['nobody knows, and Asterisk lived', books({}, unknown), ['unknown']],
    ['nobody knows, and Asterisk died', books({ pbxOutages: [{ from: second(21), to: second(23) }] }, unknown), []],
    [
      'nobody knows, and Asterisk died before',
      books({ pbxOutages: [{ from: second(15), to: second(18) }] }, unknown),
      ['unknown'],
    ],
    ['a call is there that nobody asked for', books({ listed: ['call_0', 'call_1'] }), ['doubled']],
  ])('when %s, then they show it', (_, wrong, imbalances) => {
    expect(balance(wrong).findings.map(({ imbalance }) => imbalance)).toEqual(imbalances);
  });
});
