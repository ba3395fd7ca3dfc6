import type { Disposition } from '@redial/call';
import { describe, expect, it } from 'vitest';
import { type OrderFields, type PbxWorld, type Placed, planOf } from './pbx-world.ts';

/** A dial1 that is a Local channel and does not answer. */
interface FailingDial1 {
  readonly given: string;
  readonly dial1: string;
  readonly order?: OrderFields;
  readonly reason: 0 | 3;
  readonly cause: number;
  readonly disposition: Disposition;
  readonly rang?: boolean;
}

const failingDial1: readonly FailingDial1[] = [
  {
    given: 'a queue without agents',
    dial1: 'empty-queue@redial-queue',
    reason: 0,
    cause: 20,
    disposition: 'unreachable',
  },
  { given: 'no such queue', dial1: 'no-such-queue@redial-queue', reason: 0, cause: 1, disposition: 'invalid_number' },
  {
    given: 'a queue whose name is not valid',
    dial1: 'a+b@redial-queue',
    reason: 0,
    cause: 21,
    disposition: 'rejected',
  },
  {
    given: 'a queue whose agent’s phone rings for ever',
    dial1: 'ringing-queue@redial-queue',
    order: { dial1RingTimeoutMs: 1_000 },
    ...{ reason: 3, cause: 19, disposition: 'no_answer', rang: true },
  },
  {
    given: 'a queue whose agent is busy always',
    dial1: 'busy-queue@redial-queue',
    order: { dial1RingTimeoutMs: 1_000 },
    ...{ reason: 3, cause: 19, disposition: 'no_answer' },
  },
  {
    given: 'a ring group that no phone answers',
    dial1: '602@ring-groups',
    order: { dial1RingTimeoutMs: 1_000 },
    ...{ reason: 3, cause: 19, disposition: 'no_answer', rang: true },
  },
  {
    given: 'a ring group that gives up before we do',
    dial1: '603@ring-groups',
    ...{ reason: 0, cause: 16, disposition: 'no_answer', rang: true },
  },
  {
    given: 'a ring group whose phone is not registered',
    dial1: '604@ring-groups',
    ...{ reason: 0, cause: 3, disposition: 'unreachable' },
  },
  {
    given: 'a context that routes to a busy phone',
    dial1: '1251@main_routing',
    reason: 0,
    cause: 17,
    disposition: 'busy',
  },
  {
    given: 'a context without such an extension',
    dial1: '999@main_routing',
    reason: 0,
    cause: 0,
    disposition: 'unreachable',
  },
  {
    given: 'digits that a context refuses',
    dial1: '278200@main_routing',
    reason: 0,
    cause: 28,
    disposition: 'invalid_number',
  },
];

/** A dial2 that is a Local channel. */
interface LocalDial2 {
  readonly given: string;
  readonly dial2: string;
  readonly order?: OrderFields;
  readonly dialStatus: string;
  readonly dial1Cause: number;
  readonly disposition: Disposition;
  readonly rang?: boolean;
}

const localDial2: readonly LocalDial2[] = [
  {
    given: 'a queue in which an agent answers',
    dial2: 'test-queue@redial-queue',
    order: { talkLimitMs: 1_000 },
    ...{ dialStatus: 'ANSWER', dial1Cause: 16, disposition: 'answered', rang: true },
  },
  {
    given: 'a queue without agents',
    dial2: 'empty-queue@redial-queue',
    ...{ dialStatus: 'CHANUNAVAIL', dial1Cause: 20, disposition: 'unreachable' },
  },
  {
    given: 'no such queue',
    dial2: 'no-such-queue@redial-queue',
    ...{ dialStatus: 'CHANUNAVAIL', dial1Cause: 1, disposition: 'invalid_number' },
  },
  {
    given: 'a queue whose name is not valid',
    dial2: 'a+b@redial-queue',
    ...{ dialStatus: 'CHANUNAVAIL', dial1Cause: 21, disposition: 'rejected' },
  },
  {
    given: 'a queue whose agent’s phone rings for ever',
    dial2: 'ringing-queue@redial-queue',
    order: { dial2RingTimeoutMs: 1_000 },
    ...{ dialStatus: 'NOANSWER', dial1Cause: 16, disposition: 'no_answer', rang: true },
  },
  {
    given: 'a ring group',
    dial2: '601@ring-groups',
    order: { talkLimitMs: 1_000 },
    ...{ dialStatus: 'ANSWER', dial1Cause: 16, disposition: 'answered', rang: true },
  },
  {
    given: 'a ring group that gives up before we do',
    dial2: '603@ring-groups',
    ...{ dialStatus: 'NOANSWER', dial1Cause: 16, disposition: 'no_answer', rang: true },
  },
  {
    given: 'a ring group whose phone is not registered',
    dial2: '604@ring-groups',
    ...{ dialStatus: 'CHANUNAVAIL', dial1Cause: 3, disposition: 'unreachable' },
  },
  {
    given: 'a context that routes to a phone that hangs up after a second',
    dial2: '1422@main_routing',
    ...{ dialStatus: 'ANSWER', dial1Cause: 16, disposition: 'answered', rang: true },
  },
  {
    given: 'a context that routes to a busy phone',
    dial2: '1252@main_routing',
    ...{ dialStatus: 'BUSY', dial1Cause: 17, disposition: 'busy' },
  },
  {
    given: 'a context without such an extension',
    dial2: '999@main_routing',
    ...{ dialStatus: 'CHANUNAVAIL', dial1Cause: 16, disposition: 'unreachable' },
  },
];

/** Legs that the PBX's own dialplan rings. Its channels belong to the call, and none of them may count as a leg. */
export function describeLocalLegs(getWorld: () => PbxWorld): void {
  describe.concurrent('dial1 is rung by the dialplan', () => {
    for (const row of failingDial1) {
      it(`given ${row.given}, when dialled as dial1, then the attempt ends as ${row.disposition} and dial2 is not rung`, async () => {
        const dial2 = `2782000072${failingDial1.indexOf(row)}`;
        const placed = await getWorld().place({
          dial1Channel: `Local/${row.dial1}/n`,
          dial2Channel: `PJSIP/${dial2}@carrier`,
          ...row.order,
        });

        expect(placed.outcome).toMatchObject({ disposition: row.disposition, dial2: null });
        expect(placed.evidence.originateFailed).toMatchObject({ reason: row.reason });
        expect(placed.evidence.dial1Hangup).toMatchObject({ cause: row.cause });
        expect(placed.evidence.rangAt !== undefined).toBe(row.rang === true);
        expect(placed.journal).toBeUndefined();
        expect(getWorld().invitesTo(dial2)).toEqual([]);
      });
    }

    it.each([
      ['the first agent of a queue answers', 'test-queue@redial-queue', '1001', '27110007301'],
      ['the first agent of a queue is busy, the second answers', 'second-queue@redial-queue', '1004', '27110007302'],
      ['one of a ring group answers', '601@ring-groups', '1003', '27110007303'],
      ['a context routes to a phone', '1042@main_routing', '1042', '27110007304'],
      ['a context routes to an outside number', '27820000730@main_routing', '27820000730', '27110007305'],
    ])(
      'given %s, when dialled as dial1, then dial2 is rung, and the journal holds only dial2',
      async (_, dial1, rung, callerId) => {
        const placed = await getWorld().place({
          dial1Channel: `Local/${dial1}/n`,
          dial2Channel: 'PJSIP/27820060730@carrier',
          dial1CallerId: callerId,
        });

        expect(placed.outcome).toMatchObject({
          disposition: 'answered',
          connected: true,
          dial1: { disposition: 'answered' },
        });
        expect(placed.evidence).not.toHaveProperty('dial2Hangup');
        expect(placed.evidence.rangAt).toBeDefined();
        expect(dial2Fields(placed)).toEqual({
          dialStatus: 'ANSWER',
          endedBy: 'dial2',
          cause: '16',
          tech: 'SIP 200 OK',
        });
        expect(uniqueIdOf(placed, /^PJSIP\/carrier-/)).toContain(placed.evidence.journalEnded?.dial2UniqueId);
        // Asterisk gives an answered Local channel the number that it dialled as its caller ID.
        for (const user of [rung, '27820060730'])
          expect(
            getWorld()
              .invitesTo(user)
              .filter((invite) => invite.from === callerId),
          ).toHaveLength(1);
      },
    );

    it('given no caller ID, when a queue is dialled as dial1, then dial2 sees an anonymous call', async () => {
      await getWorld().place({
        dial1Channel: 'Local/test-queue@redial-queue/n',
        dial2Channel: 'PJSIP/27820020731@carrier',
      });

      expect(getWorld().invitesTo('27820020731')).toMatchObject([{ from: 'anonymous' }]);
    });

    it('given an agent of a queue answers and dial2 declines, when dialled, then the journal has dial2’s own status', async () => {
      const placed = await getWorld().place({
        dial1Channel: 'Local/test-queue@redial-queue/n',
        dial2Channel: 'PJSIP/27820030731@carrier',
      });

      expect(placed.outcome.disposition).toBe('rejected');
      expect(dial2Fields(placed)).toEqual({
        dialStatus: 'CHANUNAVAIL',
        endedBy: '',
        cause: '21',
        tech: 'SIP 603 Decline',
      });
    });

    it('given a phone behind a context hangs up while dial2 rings, when dialled, then the attempt is dial1_hung_up', async () => {
      const placed = await getWorld().place({
        dial1Channel: 'Local/1423@main_routing/n',
        dial2Channel: 'PJSIP/27820010730@carrier',
      });

      expect(placed.outcome.disposition).toBe('dial1_hung_up');
      expect(dial2Fields(placed)).toEqual({ dialStatus: 'CANCEL', endedBy: '', cause: '', tech: 'SIP 180 Ringing' });
    });

    it('given a queue that rings, when the attempt is hung up, then its channels end and it is canceled', async () => {
      const order = getWorld().order({ dial1Channel: 'Local/ringing-queue@redial-queue/n' });
      getWorld().dial(order);
      await getWorld().rings(order.attemptId);
      expect(planOf(order)).toMatchObject({ viaLocalChannel: true });
      getWorld().watch.cancel(order.attemptId);

      expect((await getWorld().conclusionOf(order)).outcome.disposition).toBe('canceled');
    });
  });

  describe.concurrent('dial2 is rung by the dialplan', () => {
    for (const row of localDial2) {
      it(`given ${row.given}, when dialled as dial2, then it ends as ${row.disposition} and the journal holds ${row.dialStatus}, and nothing about the phones behind it`, async () => {
        const placed = await getWorld().place({
          dial1Channel: `PJSIP/${1043 + localDial2.indexOf(row)}`,
          dial2Channel: `Local/${row.dial2}/n`,
          ...row.order,
        });

        expect(placed.outcome).toMatchObject({
          disposition: row.disposition,
          dial2: { disposition: row.disposition, dialStatus: row.dialStatus },
          mapped: true,
        });
        expect(dial2Fields(placed)).toEqual({ dialStatus: row.dialStatus, endedBy: '', cause: '', tech: '' });
        expect(placed.evidence.journalEnded?.dial1Cause).toBe(row.dial1Cause);
        expect(placed.evidence.journalEnded?.ringMs !== undefined).toBe(row.rang === true);
        expect(placed.evidence).not.toHaveProperty('dial2Hangup');
        const uniqueId = placed.evidence.journalEnded?.dial2UniqueId;
        if (row.dialStatus === 'ANSWER') expect(uniqueIdOf(placed, /^Local\/.*;1$/)).toContain(uniqueId);
        else expect(uniqueId).toBeUndefined();
      });
    }

    it('given both legs are, when they talk, then the journal holds dial2’s leg', async () => {
      const placed = await getWorld().place({
        dial1Channel: 'Local/1053@main_routing/n',
        dial2Channel: 'Local/1424@main_routing/n',
      });

      expect(placed.outcome).toMatchObject({ disposition: 'answered', connected: true });
      expect(dial2Fields(placed)).toEqual({ dialStatus: 'ANSWER', endedBy: '', cause: '', tech: '' });
      expect(uniqueIdOf(placed, /^Local\/1424@.*;1$/)).toContain(placed.evidence.journalEnded?.dial2UniqueId);
    });
  });
}

function dial2Fields({ journal }: Placed) {
  const [, , dialStatus, , endedBy, , , , , cause, tech] = journal ?? [];
  return { dialStatus, endedBy, cause, tech };
}

function uniqueIdOf({ events }: Placed, channel: RegExp): (string | undefined)[] {
  return events.filter((event) => channel.test(event.get('Channel') ?? '')).map((event) => event.get('Uniqueid'));
}
