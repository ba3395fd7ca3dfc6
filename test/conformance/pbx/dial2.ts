import type { Disposition } from '@redial/call';
import { describe, expect, it } from 'vitest';
import { userOf } from './dial1.ts';
import type { OrderFields, PbxWorld, Placed } from './pbx-world.ts';

/** How dial2 ended, once dial1 had answered. */
interface Row {
  readonly given: string;
  readonly dial2: string;
  readonly order?: OrderFields;
  readonly dialStatus: string;
  readonly dial1Hangup: { readonly cause: number; readonly sipCode?: number };
  readonly endedBy?: 'dial1' | 'dial2';
  /** dial2's own Hangup; absent if it never had a channel. */
  readonly dial2Hangup?: { readonly cause: number; readonly sipCode?: number };
  /** The journal's word for the last answer of dial2's network. */
  readonly tech?: string;
  readonly rang?: boolean;
  readonly disposition: Disposition;
  readonly invites: number;
}

const rows: readonly Row[] = [
  {
    given: 'a number that answers and hangs up after a second',
    dial2: '27820060200@carrier',
    dialStatus: 'ANSWER',
    dial1Hangup: { cause: 16 },
    endedBy: 'dial2',
    dial2Hangup: { cause: 16 },
    tech: 'SIP 200 OK',
    rang: true,
    disposition: 'answered',
    invites: 1,
  },
  {
    given: 'a number that answers, and a talk limit of a second',
    dial2: '27820000200@carrier',
    order: { talkLimitMs: 1_000 },
    dialStatus: 'ANSWER',
    dial1Hangup: { cause: 16 },
    dial2Hangup: { cause: 16 },
    tech: 'SIP 200 OK',
    rang: true,
    disposition: 'answered',
    invites: 1,
  },
  {
    given: 'an extension that answers and hangs up after a second',
    dial2: '1400',
    dialStatus: 'ANSWER',
    dial1Hangup: { cause: 16 },
    endedBy: 'dial2',
    dial2Hangup: { cause: 16 },
    tech: 'SIP 200 OK',
    rang: true,
    disposition: 'answered',
    invites: 1,
  },
  {
    given: 'a number and an agent who both ring for a second before they answer',
    dial2: '27820080200@carrier',
    order: { dial1Channel: 'PJSIP/1810', talkLimitMs: 1_000 },
    dialStatus: 'ANSWER',
    dial1Hangup: { cause: 16 },
    dial2Hangup: { cause: 16 },
    tech: 'SIP 200 OK',
    rang: true,
    disposition: 'answered',
    invites: 1,
  },
  {
    given: 'a number that rings for ever',
    dial2: '27820010200@carrier',
    order: { dial2RingTimeoutMs: 1_000 },
    dialStatus: 'NOANSWER',
    dial1Hangup: { cause: 16 },
    dial2Hangup: { cause: 0 },
    tech: 'SIP 180 Ringing',
    rang: true,
    disposition: 'no_answer',
    invites: 1,
  },
  {
    given: 'a number that rings for ever, and an agent who hangs up meanwhile',
    dial2: '27820010201@carrier',
    order: { dial1Channel: 'PJSIP/1410' },
    dialStatus: 'CANCEL',
    dial1Hangup: { cause: 0 },
    endedBy: 'dial1',
    dial2Hangup: { cause: 16 },
    tech: 'SIP 180 Ringing',
    rang: true,
    disposition: 'dial1_hung_up',
    invites: 1,
  },
  {
    given: 'a number that answers, and an agent who hangs up after a second',
    dial2: '27820000201@carrier',
    order: { dial1Channel: 'PJSIP/1411' },
    dialStatus: 'ANSWER',
    dial1Hangup: { cause: 16 },
    endedBy: 'dial1',
    dial2Hangup: { cause: 16 },
    tech: 'SIP 200 OK',
    rang: true,
    disposition: 'answered',
    invites: 1,
  },
  refused('a number that is busy (486)', '27820020200@carrier', 'BUSY', 17, 486, 'Busy Here', 'busy'),
  refused('an extension that is busy (486)', '1210', 'BUSY', 17, 486, 'Busy Here', 'busy'),
  // dial1's own Hangup repeats the cause with Asterisk's translation: 603 as 403, 600 as 486.
  {
    ...refused('a number that declines (603)', '27820030200@carrier', 'CHANUNAVAIL', 21, 603, 'Decline', 'rejected'),
    dial1Hangup: { cause: 21, sipCode: 403 },
  },
  refused(
    'a number that does not exist (404)',
    '27820040200@carrier',
    'CHANUNAVAIL',
    1,
    404,
    'Not Found',
    'invalid_number',
  ),
  refused(
    'a carrier without a free line (503)',
    '27820050200@carrier',
    'CONGESTION',
    34,
    503,
    'Service Unavailable',
    'congestion',
  ),
  refused(
    'a number that is away (480)',
    '27820090200@carrier',
    'NOANSWER',
    19,
    480,
    'Temporarily Unavailable',
    'unreachable',
  ),
  {
    ...refused(
      'a number that is busy everywhere (600)',
      '27820100200@carrier',
      'BUSY',
      17,
      600,
      'Busy Everywhere',
      'busy',
    ),
    dial1Hangup: { cause: 17, sipCode: 486 },
  },
  refused(
    'a number that is too short (484)',
    '27820110200@carrier',
    'CHANUNAVAIL',
    28,
    484,
    'Address Incomplete',
    'invalid_number',
  ),
  refused(
    'a number that takes none of our codecs (488)',
    '27820120200@carrier',
    'CHANUNAVAIL',
    58,
    488,
    'Not Acceptable Here',
    'incompatible_media',
  ),
  unavailable('an extension that is not registered', '1510'),
  unavailable('an extension that does not exist', '9998'),
  unavailable('a number through a trunk that does not exist', '27820000202@nowhere'),
  {
    given: 'an extension whose phone is dead',
    dial2: '1610',
    order: { dial2RingTimeoutMs: 1_000 },
    dialStatus: 'NOANSWER',
    dial1Hangup: { cause: 16 },
    dial2Hangup: { cause: 0 },
    disposition: 'no_answer',
    invites: 0,
  },
];

export function describeDial2(getWorld: () => PbxWorld): void {
  describe.concurrent('dial1 answers and dial2 is dialled', () => {
    for (const [index, row] of rows.entries()) {
      it(`given ${row.given}, when dialled as dial2, then it ends as ${row.disposition} and the journal holds ${row.dialStatus}`, async () => {
        const placed = await getWorld().place({
          dial1Channel: `PJSIP/${1020 + index}`,
          dial2Channel: `PJSIP/${row.dial2}`,
          ...row.order,
        });

        expect(placed.outcome).toMatchObject({
          disposition: row.disposition,
          connected: row.disposition === 'answered',
          dial1: { disposition: 'answered' },
          dial2: { disposition: row.disposition, dialStatus: row.dialStatus },
          mapped: true,
        });
        expectHangups(placed, row);
        expectJournal(placed, row);
        expect(getWorld().invitesTo(userOf(row.dial2))).toHaveLength(row.invites);
      });
    }

    it('given a number that is busy twice, when dialled three times, then the third time both talk', async () => {
      const dispositions: string[] = [];
      for (let time = 0; time < 3; time++) {
        const { outcome } = await getWorld().place({
          dial1Channel: 'PJSIP/1002',
          dial2Channel: 'PJSIP/27820070200@carrier',
          talkLimitMs: 1_000,
        });
        dispositions.push(outcome.disposition);
      }

      expect(dispositions).toEqual(['busy', 'busy', 'answered']);
      expect(getWorld().invitesTo('27820070200')).toHaveLength(3);
      expect(getWorld().invitesTo('1002')).toHaveLength(3);
    });

    it('given headers for each side, when both are dialled, then each phone sees its own and not the other’s', async () => {
      await getWorld().place({
        dial1Channel: 'PJSIP/1013',
        dial2Channel: 'PJSIP/27820020210@carrier',
        headers: {
          dial1: { 'X-Agent': 'queue 7', 'X-Call': 'a:b@c' },
          dial2: { 'X-Customer': 'one', 'X-Second': 'two: 2', 'X-Third': '' },
        },
      });

      expect(getWorld().invitesTo('1013')[0]?.headers).toEqual({ 'X-Agent': 'queue 7', 'X-Call': 'a:b@c' });
      expect(getWorld().invitesTo('27820020210')[0]?.headers).toEqual({
        'X-Customer': 'one',
        'X-Second': 'two: 2',
        'X-Third': '',
      });
    });

    it('given ten headers for dial2, when it is dialled, then its phone sees all of them', async () => {
      const headers = Object.fromEntries(
        Array.from({ length: 10 }, (_, n) => [`X-${'ABCDEFGHIJ'.charAt(n)}`, String(n)]),
      );
      await getWorld().place({
        dial1Channel: 'PJSIP/1004',
        dial2Channel: 'PJSIP/27820020211@carrier',
        headers: { dial1: {}, dial2: headers },
      });

      expect(getWorld().invitesTo('27820020211')[0]?.headers).toEqual(headers);
    });

    it('given a caller ID for each side, when both are dialled, then each phone sees its own', async () => {
      await getWorld().place({
        dial1Channel: 'PJSIP/1005',
        dial2Channel: 'PJSIP/27820020212@carrier',
        dial1CallerId: '27110001111',
        dial2CallerId: '27110002222',
      });

      expect(getWorld().invitesTo('1005')[0]?.from).toBe('27110001111');
      expect(getWorld().invitesTo('27820020212')[0]?.from).toBe('27110002222');
    });

    it('given a name beside dial1’s caller ID, when both are dialled, then dial1’s phone shows it and dial2’s does not', async () => {
      await getWorld().place({
        dial1Channel: 'PJSIP/1014',
        dial2Channel: 'PJSIP/27820020215@carrier',
        dial1CallerId: '27110001111',
        dial1CallerName: 'J. van Öst',
        dial2CallerId: '27110002222',
      });

      expect(getWorld().invitesTo('1014')).toMatchObject([{ from: '27110001111', fromName: 'J. van Öst' }]);
      expect(getWorld().invitesTo('27820020215')).toMatchObject([{ from: '27110002222', fromName: '' }]);
    });

    it('given a caller ID only for dial1, when both are dialled, then both phones see it', async () => {
      await getWorld().place({
        dial1Channel: 'PJSIP/1006',
        dial2Channel: 'PJSIP/27820020213@carrier',
        dial1CallerId: '27110003333',
      });

      expect(getWorld().invitesTo('1006')[0]?.from).toBe('27110003333');
      expect(getWorld().invitesTo('27820020213')[0]?.from).toBe('27110003333');
    });

    it('given no caller ID, when both are dialled, then both phones see an anonymous call', async () => {
      await getWorld().place({ dial1Channel: 'PJSIP/1007', dial2Channel: 'PJSIP/27820020214@carrier' });

      expect(getWorld().invitesTo('1007')[0]?.from).toBe('anonymous');
      expect(getWorld().invitesTo('27820020214')[0]?.from).toBe('anonymous');
    });
  });
}

function expectHangups(placed: Placed, row: Row): void {
  const hangups = placed.events.filter((event) => event.event === 'Hangup');
  const facts = (own: boolean) =>
    hangups
      .filter((event) => (event.get('Uniqueid') === placed.attemptId) === own)
      .map((event) => ({
        cause: Number(event.get('Cause')),
        ...(event.get('TechCause') !== undefined && { sipCode: Number(event.get('TechCause')) }),
      }));
  expect(facts(true)).toEqual([row.dial1Hangup]);
  expect(facts(false)).toEqual(row.dial2Hangup === undefined ? [] : [row.dial2Hangup]);
}

/** Journal, UserEvent (exactly one, the same text) and what the adapter read from it. */
function expectJournal(placed: Placed, row: Row): void {
  const [
    attempt,
    kind,
    dialStatus,
    dial1Cause,
    endedBy,
    talkMs,
    dialMs,
    answeredAt,
    endedAt,
    dial2Cause,
    tech,
    uniqueId,
    ringMs,
    recorded,
    dtmfDigit,
    dial2EndedAt = '',
    transferred,
    ...more
  ] = placed.journal ?? [];
  expect({
    attempt,
    kind,
    dialStatus,
    dial1Cause,
    endedBy,
    dial2Cause,
    tech,
    recorded,
    dtmfDigit,
    transferred,
    more,
  }).toEqual({
    attempt: placed.attemptId,
    kind: 'ended',
    dialStatus: row.dialStatus,
    dial1Cause: String(row.dial1Hangup.cause),
    endedBy: row.endedBy ?? '',
    // dial1's cause is dial2's too, once dial2's network has given a final answer.
    dial2Cause: isFinal(row.tech) ? String(row.dial1Hangup.cause) : '',
    tech: row.tech ?? '',
    recorded: '',
    dtmfDigit: '',
    transferred: '',
    more: [],
  });
  const dial2Hangup = placed.events.find(
    (event) => event.event === 'Hangup' && event.get('Uniqueid') !== placed.attemptId,
  );
  expect(uniqueId).toBe(row.dialStatus === 'ANSWER' ? dial2Hangup?.get('Uniqueid') : '');
  // Also empty if dial2's channel ends a moment after dial1's.
  expect(dial2EndedAt).toMatch(row.dialStatus === 'ANSWER' ? /^([0-9]{10}\.[0-9]{3})?$/ : /^$/);
  expect(talkMs !== '').toBe(row.dialStatus === 'ANSWER');
  expect(Number(talkMs)).toBeGreaterThanOrEqual(row.dialStatus === 'ANSWER' ? 900 : 0);
  expect(Number(dialMs)).toBeGreaterThanOrEqual(Number(talkMs));
  expect(ringMs !== '').toBe(row.rang === true);
  expect(Number(endedAt)).toBeGreaterThanOrEqual(Number(answeredAt));
  expect(placed.events.filter((event) => event.event === 'UserEvent').map((event) => event.get('Journal'))).toEqual([
    placed.journal?.join('|'),
  ]);
  expect(placed.evidence.journalEnded).toMatchObject({ dialStatus: row.dialStatus, dial1Cause: row.dial1Hangup.cause });
}

function refused(
  given: string,
  dial2: string,
  dialStatus: string,
  cause: number,
  sipCode: number,
  phrase: string,
  disposition: Disposition,
): Row {
  const hangup = { cause, sipCode };
  return {
    given,
    dial2,
    dialStatus,
    dial1Hangup: hangup,
    dial2Hangup: hangup,
    tech: `SIP ${sipCode} ${phrase}`,
    disposition,
    invites: 1,
  };
}

/** No device to ring: no channel of dial2, no INVITE. */
function unavailable(given: string, dial2: string): Row {
  return {
    given,
    dial2,
    dialStatus: 'CHANUNAVAIL',
    dial1Hangup: { cause: 3, sipCode: 404 },
    disposition: 'no_route',
    invites: 0,
  };
}

function isFinal(tech: string | undefined): boolean {
  return tech !== undefined && !tech.startsWith('SIP 1');
}
