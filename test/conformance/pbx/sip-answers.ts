import { type AttemptPlan, classOf, type Disposition, dispositionOf } from '@redial/call';
import { describe, expect, it } from 'vitest';
import type { OrderFields, PbxWorld } from './pbx-world.ts';

/** IANA, Session Initiation Protocol (SIP) Parameters, Response Codes: every final answer except 2xx. */
const registered: readonly number[] = [
  ...[300, 301, 302, 305, 380],
  ...[400, 401, 402, 403, 404, 405, 406, 407, 408, 410, 412, 413, 414, 415, 416, 417],
  ...[420, 421, 422, 423, 424, 425, 428, 429, 430, 433, 436, 437, 438, 439, 440, 469, 470],
  ...[480, 481, 482, 483, 484, 485, 486, 487, 488, 489, 491, 493, 494],
  ...[500, 501, 502, 503, 504, 505, 513, 555, 580],
  ...[600, 603, 604, 606, 607, 608],
];
/** Each class also has unregistered codes. */
const codes = [...registered, 399, 499, 599, 699];

const trunks: AttemptPlan['legs'] = { dial1: 'trunk', dial2: 'trunk' };

/** A number and its behaviour: see startNumberedPhones, and the simulator's phones. */
const codeOf = (kind: 1 | 2 | 4, code: number, n: number) =>
  `PJSIP/2783${kind}${code}${String(n).padStart(3, '0')}@numbered`;

export function describeSipAnswers(getWorld: () => PbxWorld): void {
  /** A dozen at a time: a busy machine is not part of the case. */
  async function each<T>(items: readonly T[], run: (item: T) => Promise<void>): Promise<void> {
    const left = [...items];
    const worker = async () => {
      for (let item = left.shift(); item !== undefined; item = left.shift()) await run(item);
    };
    await Promise.all(Array.from({ length: 12 }, worker));
  }

  describe('every SIP final answer has its word', () => {
    for (const [when, kind] of [
      ['at once', 1],
      ['after ringing', 2],
      ['after early media', 4],
    ] as const) {
      for (const leg of ['dial1', 'dial2'] as const) {
        it(`given ${leg} answers ${when} with each code of the registry, when dialled, then it has the table's word, with the raw code beside it`, async () => {
          const wrong: unknown[] = [];
          await each(codes, async (code) => {
            const channel = codeOf(kind, code, leg === 'dial1' ? 1 : 2);
            const order: OrderFields = leg === 'dial1' ? { dial1Channel: channel } : { dial2Channel: channel };
            const { outcome } = await getWorld().place({
              dial1RingTimeoutMs: 20_000,
              dial2RingTimeoutMs: 20_000,
              ...order,
              legs: trunks,
            });
            const expected = dispositionOf({ cause: 0, sipCode: code, rang: kind !== 1, leg: 'trunk' });
            const { disposition, mapped } = outcome;
            const sipCode = outcome[leg]?.sipCode;
            // Asterisk may leave the channel of a phone that forwards before it has noted the reason.
            const isRaw = sipCode === code || (code < 400 && sipCode === undefined);
            if (disposition !== expected || !mapped || !isRaw)
              wrong.push({ code, disposition, expected, mapped, sipCode });
          });
          expect(wrong).toEqual([]);
        });
      }
    }
  });

  describe.concurrent('no phone has answered by SIP', () => {
    for (const [given, trunk] of [
      ['a trunk that qualify has found down', 'down'],
      ['a trunk that is silent', 'numbered'],
    ] as const) {
      for (const [n, leg] of (['dial1', 'dial2'] as const).entries()) {
        it(`given ${given}, when dialled as ${leg}, then it is the network's fault, without a SIP code`, async () => {
          const channel = `PJSIP/2783000090${n}@${trunk}`;
          const order: OrderFields = leg === 'dial1' ? { dial1Channel: channel } : { dial2Channel: channel };
          const { outcome } = await getWorld().place({
            ...order,
            dial1RingTimeoutMs: 1_000,
            dial2RingTimeoutMs: 1_000,
            legs: trunks,
          });

          expect(outcome).toMatchObject({ disposition: 'congestion', mapped: true });
          expect(classOf(outcome.disposition)).toBe('network');
          expect(outcome.dial1).not.toHaveProperty('sipCode');
          expect(outcome.dial2 ?? {}).not.toHaveProperty('sipCode');
        });
      }
    }

    it('given an extension that is not registered, when dialled as dial2, then it is unreachable, as dial1 is', async () => {
      const legs = { dial1: 'extension', dial2: 'extension' } as const;
      const { outcome } = await getWorld().place({ dial2Channel: 'PJSIP/1520', legs });
      expect(outcome).toMatchObject({ disposition: 'unreachable', mapped: true });
    });
  });

  describe.concurrent('early media is ringing', () => {
    it('given a number that plays its own ringing, when dialled as dial1 for as long as it may ring, then it ends as no answer', async () => {
      const placed = await getWorld().place({
        dial1Channel: 'PJSIP/27836000001@numbered',
        dial1RingTimeoutMs: 1_000,
        legs: trunks,
      });
      expect(placed.evidence.rangAt).toBeDefined();
      expect(placed.outcome).toMatchObject({ disposition: 'no_answer', dial1: { reason: 3 } });
    });

    it('given a number that plays its own ringing, when dialled as dial2, then the journal states how long', async () => {
      const placed = await getWorld().place({
        dial2Channel: 'PJSIP/27836000002@numbered',
        dial2RingTimeoutMs: 1_000,
        legs: trunks,
      });
      expect(placed.evidence.journalEnded?.ringMs).toBeGreaterThan(0);
      expect(placed.outcome).toMatchObject({ disposition: 'no_answer', mapped: true });
    });
  });

  describe('a phone that forwards', () => {
    for (const [given, forwards, legs] of [
      ['an extension', 'PJSIP/2605', { dial1: 'extension', dial2: 'extension' }],
      ['an outside number', 'PJSIP/27837000001@numbered', trunks],
    ] as const) {
      for (const leg of ['dial1', 'dial2'] as const) {
        it(`given ${given} that forwards to an outside number, when dialled as ${leg}, then no other phone rings and it is unreachable`, async () => {
          const before = getWorld().invitesTo('27820000999').length;
          const order: OrderFields = leg === 'dial1' ? { dial1Channel: forwards } : { dial2Channel: forwards };
          const placed = await getWorld().place({ ...order, legs });
          expect(placed.outcome).toMatchObject({ disposition: 'unreachable', mapped: true });
          expect(getWorld().invitesTo('27820000999')).toHaveLength(before);
        });
      }
    }
  });

  for (const dial1Channel of ['PJSIP/1066', 'Local/1066@redial-extension-first-connect/n']) {
    it(`given a PBX that routes forwards to its own context, when a carrier forwards dial2 of ${dial1Channel}, then the forward is not followed`, async () => {
      const before = getWorld().invitesTo('27820000999').length;
      const placed = await getWorld().place({
        dial1Channel,
        dial2Channel: 'PJSIP/27837000008@numbered',
        variables: { _FORWARD_CONTEXT: 'main_routing' },
        talkLimitMs: 1_000,
      });
      expect(placed.outcome).toMatchObject({ connected: false, dial2: { disposition: 'unreachable' } });
      expect(getWorld().invitesTo('27820000999')).toHaveLength(before);
    });
  }

  /** As short as possible if it must run out, else so long that a busy machine does not reach it. */
  const ringMsFor = (disposition: Disposition) => (disposition === 'no_answer' ? 2_000 : 20_000);

  describe.concurrent('an extension with two devices, rung by a context of the PBX', () => {
    const rows: readonly (readonly [given: string, extension: number, disposition: Disposition])[] = [
      ['one rings for ever and the other answers', 2610, 'answered'],
      ['both are busy', 2611, 'busy'],
      ['one is busy and the other rings for ever', 2612, 'no_answer'],
    ];
    for (const [given, extension, disposition] of rows) {
      for (const leg of ['dial1', 'dial2'] as const) {
        it(`given ${given}, when dialled as ${leg}, then it is ${disposition}`, async () => {
          const channel = `Local/${extension}@devices/n`;
          const order: OrderFields = leg === 'dial1' ? { dial1Channel: channel } : { dial2Channel: channel };
          const { outcome } = await getWorld().place({
            ...order,
            dial1RingTimeoutMs: ringMsFor(disposition),
            dial2RingTimeoutMs: ringMsFor(disposition),
            talkLimitMs: 1_000,
          });
          expect(outcome[leg]).toMatchObject({ disposition });
          expect(outcome.mapped).toBe(true);
        });
      }
    }
  });

  describe.concurrent('an extension that Redial’s own context rings', () => {
    const rows: readonly (readonly [given: string, channel: string, disposition: Disposition])[] = [
      ['one device rings for ever and the other answers', '2610@redial-extension-all-refuse', 'answered'],
      ['both devices are busy', '2611@redial-extension-all-refuse', 'busy'],
      ['one device is busy and the other rings for ever', '2612@redial-extension-all-connect', 'no_answer'],
      ['one device declines and the other is busy', '2613@redial-extension-all-connect', 'busy'],
      ['no device is registered', '1531@redial-extension-all-refuse', 'unreachable'],
      ['no device is registered, and forwards are followed', '1532@redial-extension-first-connect', 'unreachable'],
      ['the phone declines', '1331@redial-extension-first-connect', 'rejected'],
      ['the phone forwards to one that answers', '2601@redial-extension-first-connect', 'answered'],
      ['the phone forwards to one that is busy', '2603@redial-extension-first-connect', 'busy'],
      ['the phone forwards to one that rings for ever', '2602@redial-extension-all-connect', 'no_answer'],
      ['the phone forwards to one that is not registered', '2607@redial-extension-first-connect', 'unreachable'],
      ['the phone forwards, and forwards are not followed', '2601@redial-extension-all-refuse', 'unreachable'],
    ];
    for (const [given, rung, disposition] of rows) {
      for (const leg of ['dial1', 'dial2'] as const) {
        it(`given ${given}, when ${rung} is dialled as ${leg}, then it is ${disposition}`, async () => {
          const channel = `Local/${rung}/n`;
          const order: OrderFields = leg === 'dial1' ? { dial1Channel: channel } : { dial2Channel: channel };
          const legs = { dial1: 'extension', dial2: 'trunk', [leg]: 'dialplan' } as const;
          const { outcome } = await getWorld().place({
            ...order,
            dial1RingTimeoutMs: ringMsFor(disposition),
            dial2RingTimeoutMs: ringMsFor(disposition),
            talkLimitMs: 1_000,
            legs,
          });
          expect(outcome[leg]).toMatchObject({ disposition });
          expect(outcome.mapped).toBe(true);
        });
      }
    }
  });

  it('given a device whose contact holds another channel’s name, when all devices ring, then that one does not ring', async () => {
    await getWorld().place({ dial1Channel: 'Local/2614@redial-extension-all-refuse/n', talkLimitMs: 1_000 });
    expect(getWorld().invitesTo('1077')).toEqual([]);
  });

  describe('who hung up', () => {
    async function endsOf(count: number, order: OrderFields): Promise<Readonly<Record<string, number>>> {
      const ends: Record<string, number> = {};
      await each(Array(count).fill(order), async () => {
        const { outcome } = await getWorld().place(order);
        const end = `${outcome.disposition} by ${outcome.endedBy}`;
        ends[end] = (ends[end] ?? 0) + 1;
      });
      return ends;
    }

    it('given a dial1 that answers and hangs up at once, a hundred times, when dialled, then it is the agent’s hang-up each time', async () => {
      // dial2 never answers, so dial2 cannot have hung up.
      const ends = await endsOf(100, {
        dial1Channel: 'PJSIP/2600',
        dial1RingTimeoutMs: 60_000,
        dial2Channel: 'PJSIP/27820010900@carrier',
      });
      expect(ends).toEqual({ 'dial1_hung_up by dial1': 100 });
    });

    it('given a dial2 that answers and hangs up at once, fifty times, then dial2 has ended it each time', async () => {
      const ends = await endsOf(50, {
        dial2Channel: 'PJSIP/27835000001@numbered',
        dial1RingTimeoutMs: 60_000,
        dial2RingTimeoutMs: 60_000,
      });
      expect(ends).toEqual({ 'answered by dial2': 50 });
    });

    it('given a dial2 whose BYE has a cause of its own, when it hangs up, then the attempt has that cause', async () => {
      const { outcome } = await getWorld().place({ dial2Channel: 'PJSIP/2621' });
      expect(outcome).toMatchObject({ endedBy: 'dial2', dial2: { disposition: 'answered', cause: 31 } });
    });
  });
}
