import type { Disposition } from '@redial/call';
import { describe, expect, it } from 'vitest';
import type { OrderFields, PbxWorld, Placed } from './pbx-world.ts';

/** How a dial1 that does not answer ends. `hangup` is absent if Asterisk never made a channel. */
interface Row {
  readonly given: string;
  readonly dial1: string;
  readonly order?: OrderFields;
  readonly reason: 0 | 3;
  readonly hangup?: { readonly cause: number; readonly sipCode: number; readonly state: 'Down' | 'Ringing' };
  readonly disposition: Disposition;
  readonly invites: number;
}

const rows: readonly Row[] = [
  {
    given: 'an agent whose phone rings for ever',
    dial1: '1100',
    order: { dial1RingTimeoutMs: 1_000 },
    reason: 3,
    hangup: { cause: 19, sipCode: 480, state: 'Ringing' },
    disposition: 'no_answer',
    invites: 1,
  },
  busy('an agent who is busy (486)', '1200'),
  {
    given: 'an agent who declines (603)',
    dial1: '1300',
    reason: 0,
    hangup: { cause: 21, sipCode: 603, state: 'Down' },
    disposition: 'rejected',
    invites: 1,
  },
  { given: 'an agent who is not registered', dial1: '1500', reason: 0, disposition: 'unreachable', invites: 0 },
  {
    given: 'an agent whose phone is dead, and a ring timeout shorter than SIP’s own',
    dial1: '1600',
    order: { dial1RingTimeoutMs: 1_000 },
    reason: 3,
    hangup: { cause: 19, sipCode: 480, state: 'Down' },
    disposition: 'no_answer',
    invites: 0,
  },
  {
    given: 'an agent whose phone is away (480)',
    dial1: '1900',
    reason: 0,
    hangup: { cause: 19, sipCode: 480, state: 'Down' },
    disposition: 'unreachable',
    invites: 1,
  },
  { given: 'an extension that does not exist', dial1: '9999', reason: 0, disposition: 'unreachable', invites: 0 },
  {
    given: 'a number through a trunk that does not exist',
    dial1: '27820000100@nowhere',
    reason: 0,
    disposition: 'unreachable',
    invites: 0,
  },
  {
    given: 'a number that rings for ever',
    dial1: '27820010100@carrier',
    order: { dial1RingTimeoutMs: 1_000 },
    reason: 3,
    hangup: { cause: 19, sipCode: 480, state: 'Ringing' },
    disposition: 'no_answer',
    invites: 1,
  },
  busy('a number that is busy (486)', '27820020100@carrier'),
  busy('a number with a plus that is busy (486)', '+27820020101@carrier2'),
  refused('a number that declines (603)', '27820030100', 21, 603, 'rejected'),
  refused('a number that does not exist (404)', '27820040100', 1, 404, 'invalid_number'),
  refused('a carrier without a free line (503)', '27820050100', 34, 503, 'congestion'),
  refused('a number that is away (480)', '27820090100', 19, 480, 'unreachable'),
  refused('a number that is busy everywhere (600)', '27820100100', 17, 600, 'busy'),
  refused('a number that is too short (484)', '27820110100', 28, 484, 'invalid_number'),
  refused('a number that takes none of our codecs (488)', '27820120100', 58, 488, 'incompatible_media'),
];

export function describeDial1(getWorld: () => PbxWorld): void {
  describe.concurrent('dial1 does not answer', () => {
    for (const row of rows) {
      it(`given ${row.given}, when dialled as dial1, then it ends as ${row.disposition}`, async () => {
        const placed = await getWorld().place({ dial1Channel: `PJSIP/${row.dial1}`, ...row.order });

        expect(placed.outcome).toMatchObject({
          disposition: row.disposition,
          connected: false,
          dial2: null,
          mapped: true,
        });
        expectDial1Failure(placed, row);
        expect(getWorld().invitesTo(userOf(row.dial1))).toHaveLength(row.invites);
        expect(placed.journal).toBeUndefined();
      });
    }

    it('given an agent whose phone is dead, when its ring timeout is longer than SIP’s own, then SIP gives up after 32 s', async () => {
      const placed = await getWorld().place({ dial1Channel: 'PJSIP/1601', dial1RingTimeoutMs: 60_000 });

      expect(placed.outcome).toMatchObject({ disposition: 'unreachable', mapped: true });
      expectDial1Failure(placed, { reason: 0, hangup: { cause: 18, sipCode: 408, state: 'Down' } });
    });
  });

  describe.concurrent('dial1 answers', () => {
    for (const dial1 of ['1001', '27820000101@carrier', '27990001234@carrier2', '+27820000102@carrier']) {
      it(`given ${dial1} answers, when dialled as dial1, then Reason is 4 and its channel has our id and goes up`, async () => {
        const placed = await getWorld().place({
          dial1Channel: `PJSIP/${dial1}`,
          dial2Channel: 'PJSIP/27820020102@carrier',
        });

        expect(response(placed)).toMatchObject({ response: 'Success', reason: '4', uniqueId: placed.attemptId });
        expect(statesOf(placed)).toEqual(['Ringing', 'Up']);
        expect(placed.evidence.rangAt).toBeDefined();
        expect(getWorld().invitesTo(userOf(dial1))).toHaveLength(1);
      });
    }

    it('given a phone that rings for a second, when dialled as dial1, then it is seen ringing before it answers', async () => {
      const order = getWorld().order({ dial1Channel: 'PJSIP/1800', dial2Channel: 'PJSIP/27820020103@carrier' });
      getWorld().dial(order);
      await getWorld().rings(order.attemptId);
      const whileRinging = getWorld()
        .bystander.eventsOf(order.attemptId)
        .map((event) => event.event);
      const placed = await getWorld().conclusionOf(order);

      expect(whileRinging).toEqual(['Newstate']);
      expect(placed.outcome.dial1.disposition).toBe('answered');
    });

    it('given an agent who is busy twice, when dialled three times, then the third time it answers', async () => {
      const dispositions: string[] = [];
      for (let time = 0; time < 3; time++) {
        const { outcome } = await getWorld().place({
          dial1Channel: 'PJSIP/1700',
          dial2Channel: 'PJSIP/27820020104@carrier',
        });
        dispositions.push(outcome.dial1.disposition);
      }

      expect(dispositions).toEqual(['busy', 'busy', 'answered']);
      expect(getWorld().invitesTo('1700')).toHaveLength(3);
    });
  });
}

function expectDial1Failure(placed: Placed, { reason, hangup }: Pick<Row, 'reason' | 'hangup'>): void {
  expect(response(placed)).toMatchObject({ response: 'Failure', reason: String(reason), uniqueId: placed.attemptId });
  const hangups = placed.events.filter((event) => event.event === 'Hangup');
  expect(hangups.map((event) => [event.get('Cause'), event.get('TechCause'), event.get('ChannelStateDesc')])).toEqual(
    hangup === undefined ? [] : [[String(hangup.cause), String(hangup.sipCode), hangup.state]],
  );
  expect(placed.evidence.rangAt !== undefined).toBe(hangup?.state === 'Ringing');
  expect(placed.events.filter((event) => event.event === 'UserEvent')).toEqual([]);
}

function response(placed: Placed) {
  const responses = placed.events.filter((event) => event.event === 'OriginateResponse');
  expect(responses).toHaveLength(1);
  const [only] = responses;
  return {
    response: only?.get('Response'),
    reason: only?.get('Reason'),
    uniqueId: only?.get('Uniqueid'),
  };
}

function statesOf(placed: Placed): (string | undefined)[] {
  return placed.events.filter((event) => event.event === 'Newstate').map((event) => event.get('ChannelStateDesc'));
}

/** The user part that the phones see of `1001` or `27820000101@carrier`. */
export function userOf(resource: string): string {
  return resource.split('@')[0] ?? resource;
}

function busy(given: string, dial1: string): Row {
  return {
    given,
    dial1,
    reason: 0,
    hangup: { cause: 17, sipCode: 486, state: 'Down' },
    disposition: 'busy',
    invites: 1,
  };
}

function refused(given: string, number: string, cause: number, sipCode: number, disposition: Disposition): Row {
  return {
    given,
    dial1: `${number}@carrier`,
    reason: 0,
    hangup: { cause, sipCode, state: 'Down' },
    disposition,
    invites: 1,
  };
}
