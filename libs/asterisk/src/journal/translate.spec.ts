import type { AttemptId } from '@redial/call';
import { describe, expect, test } from 'vitest';
import { parsePacket } from '../ami/ami-packet.ts';
import { translate } from './translate.ts';

const id = 'att_01ARZ3NDEKTSV4RRFFQ69G5FAV' as AttemptId;
const at = 1_700_000_000_000;

function translated(...headers: string[]) {
  const packet = parsePacket(headers.join('\r\n'));
  if (packet === undefined) throw new Error('no packet');
  return translate(packet, at);
}

// Recorded from Asterisk 22.10.1, shortened to the relevant headers.
describe('OriginateResponse', () => {
  test('Success: dial1 answered', () => {
    expect(
      translated(
        'Event: OriginateResponse',
        `ActionID: ${id}`,
        'Response: Success',
        'Channel: PJSIP/1001-00000001',
        'Reason: 4',
        `Uniqueid: ${id}`,
      ),
    ).toEqual({
      attemptId: id,
      signal: { type: 'answered', at },
    });
  });

  test('Success of another channel names it: it was picked up or forwarded, and the machine decides which', () => {
    const success = ['Event: OriginateResponse', `ActionID: ${id}`, 'Response: Success', 'Reason: 4'];
    expect(translated(...success, 'Channel: Local/1001@phones-00000001;1', 'Uniqueid: 1795224366.7')).toEqual({
      attemptId: id,
      signal: { type: 'answered', at, uniqueId: '1795224366.7' },
    });
  });

  test('Failure carries its reason', () => {
    expect(
      translated('Event: OriginateResponse', `ActionID: ${id}`, 'Response: Failure', 'Reason: 3', `Uniqueid: ${id}`),
    ).toEqual({
      attemptId: id,
      signal: { type: 'originate_failed', at, reason: 3 },
    });
  });

  test('a refused duplicate counts for its own ActionID, for any Uniqueid', () => {
    const winner = 'att_01ARZ3NDEKTSV4RRFFQ69G5FAW';
    expect(
      translated(
        'Event: OriginateResponse',
        `ActionID: ${id}`,
        'Response: Failure',
        'Reason: 0',
        `Uniqueid: ${winner}`,
      ),
    ).toMatchObject({ attemptId: id });
  });

  test('without a channel Uniqueid is <unknown>, and it counts all the same', () => {
    expect(
      translated(
        'Event: OriginateResponse',
        `ActionID: ${id}`,
        'Response: Failure',
        'Reason: 0',
        'Uniqueid: <unknown>',
      ),
    ).toMatchObject({
      signal: { type: 'originate_failed', reason: 0 },
    });
  });

  test('of another call is ignored', () => {
    expect(translated('Event: OriginateResponse', 'ActionID: 1234', 'Response: Success', 'Reason: 4')).toBeUndefined();
    expect(translated('Event: OriginateResponse', 'Response: Success', 'Reason: 4', `Uniqueid: ${id}`)).toBeUndefined();
  });

  test('ours without a readable reason is an anomaly', () => {
    expect(translated('Event: OriginateResponse', `ActionID: ${id}`, 'Response: Failure', 'Reason: x')).toEqual({
      anomaly: 'OriginateResponse Failure with Reason x',
    });
    expect(translated('Event: OriginateResponse', `ActionID: ${id}`, 'Reason: 4')).toHaveProperty('anomaly');
  });
});

describe('Hangup', () => {
  const dial1 = (...more: string[]) =>
    translated('Event: Hangup', 'Channel: PJSIP/1002-00000000', `Uniqueid: ${id}`, `Linkedid: ${id}`, ...more);
  const dial2 = (...more: string[]) =>
    translated(
      'Event: Hangup',
      'Channel: PJSIP/carrier-00000001',
      'Uniqueid: 1795224366.1',
      `Linkedid: ${id}`,
      ...more,
    );

  test('of dial1, with its SIP code', () => {
    expect(dial1('Cause: 17', 'Cause-txt: User busy', 'TechCause: 486')).toEqual({
      attemptId: id,
      signal: { type: 'dial1_ended', at, cause: 17, sipCode: 486, rang: false },
    });
  });

  test('of dial1 without TechCause, as older versions send it', () => {
    expect(dial1('Cause: 0', 'Cause-txt: Unknown')).toEqual({
      attemptId: id,
      signal: { type: 'dial1_ended', at, cause: 0, rang: false },
    });
  });

  test('of dial1 that was ringing', () => {
    expect(dial1('Cause: 19', 'ChannelState: 5')).toMatchObject({ signal: { rang: true } });
  });

  test('of dial2: linked to ours, with an id of its own', () => {
    expect(dial2('Cause: 21', 'TechCause: 603')).toEqual({
      attemptId: id,
      signal: { type: 'dial2_ended', at, cause: 21, sipCode: 603, uniqueId: '1795224366.1' },
    });
  });

  test('of dial1 linked to another call counts for dial1', () => {
    expect(translated('Event: Hangup', `Uniqueid: ${id}`, 'Linkedid: 1795224366.9', 'Cause: 16')).toMatchObject({
      attemptId: id,
      signal: { type: 'dial1_ended' },
    });
  });

  test('of a Local channel’s half may end a leg, and its cause describes no phone', () => {
    expect(
      translated(
        'Event: Hangup',
        'Channel: Local/100@office-00000001;2',
        'Uniqueid: 1.2',
        `Linkedid: ${id}`,
        'Cause: 16',
      ),
    ).toMatchObject({ attemptId: id, signal: { type: 'dial2_ended', uniqueId: '1.2', isLocal: true } });
  });

  test('of a zombie is of a replaced channel, and only dial1’s counts', () => {
    const hangup = (uniqueId: string) =>
      translated(
        'Event: Hangup',
        'Channel: PJSIP/1001-00000001<ZOMBIE>',
        `Uniqueid: ${uniqueId}`,
        `Linkedid: ${id}`,
        'Cause: 16',
      );
    expect(hangup(id)).toMatchObject({ signal: { type: 'dial1_ended', replaced: true } });
    expect(hangup('1.2')).toBeUndefined();
  });

  test('of the other half of a Local dial1 is not dial1’s: its id is ours with a suffix', () => {
    expect(
      translated(
        'Event: Hangup',
        'Channel: Local/sales@redial-queue-00000001;2',
        `Uniqueid: ${id};2`,
        `Linkedid: ${id}`,
        'Cause: 16',
      ),
    ).toMatchObject({ signal: { type: 'dial2_ended', uniqueId: `${id};2`, isLocal: true } });
  });

  test('of other calls is ignored', () => {
    expect(translated('Event: Hangup', 'Uniqueid: 1.2', 'Linkedid: 1.2', 'Cause: 16')).toBeUndefined();
    expect(translated('Event: Hangup', 'Uniqueid: att_short', 'Linkedid: att_short', 'Cause: 16')).toBeUndefined();
  });

  test('of ours without a readable cause is an anomaly', () => {
    expect(dial1('Cause: ')).toHaveProperty('anomaly');
    expect(dial2()).toHaveProperty('anomaly');
  });
});

describe('Newstate', () => {
  test('Ringing of dial1', () => {
    expect(translated('Event: Newstate', 'ChannelState: 5', 'ChannelStateDesc: Ringing', `Uniqueid: ${id}`)).toEqual({
      attemptId: id,
      signal: { type: 'rang', at },
    });
  });

  test.each([
    ['up', '6', id],
    ['calling us', '4', id],
    ['another channel', '5', '1795224366.1'],
    ['the other half of a Local channel', '5', `${id};2`],
  ])('%s is nothing', (_, state, uniqueId) => {
    expect(
      translated('Event: Newstate', `ChannelState: ${state}`, `Uniqueid: ${uniqueId}`, `Linkedid: ${id}`),
    ).toBeUndefined();
  });
});

describe('UserEvent', () => {
  test('the journal’s last entry', () => {
    expect(
      translated(
        'Event: UserEvent',
        'UserEvent: RedialAttempt',
        `Journal: ${id}|ended|BUSY|17|||350|1795224366|1795224367|17|SIP 486 Busy Here|1.2|`,
      ),
    ).toMatchObject({
      attemptId: id,
      signal: { type: 'journal_ended', at, entry: { dialStatus: 'BUSY', dial2SipCode: 486 } },
    });
  });

  test('the journal’s first entry', () => {
    expect(translated('Event: UserEvent', 'UserEvent: RedialAttempt', `Journal: ${id}|answered|1795224366`)).toEqual({
      attemptId: id,
      signal: { type: 'answered', at },
    });
  });

  test('dial2’s channel', () => {
    expect(translated('Event: UserEvent', 'UserEvent: RedialAttempt', `Journal: ${id}|dial2|1795224366.1`)).toEqual({
      attemptId: id,
      signal: { type: 'dial2_created', at, uniqueId: '1795224366.1' },
    });
  });

  test('another UserEvent is ignored', () => {
    expect(translated('Event: UserEvent', 'UserEvent: Queue', `Journal: ${id}|answered|1`)).toBeUndefined();
  });

  test('ours without a readable entry is an anomaly, without its text, which may hold a number', () => {
    expect(translated('Event: UserEvent', 'UserEvent: RedialAttempt', 'Journal: 27820001234')).toEqual({
      anomaly: 'RedialAttempt with a journal entry of another form',
    });
    expect(translated('Event: UserEvent', 'UserEvent: RedialAttempt')).toHaveProperty('anomaly');
  });
});

test('any other event is ignored', () => {
  expect(translated('Event: VarSet', `Uniqueid: ${id}`)).toBeUndefined();
});

describe('DialState', () => {
  const dialState = (status: string, uniqueId: string) =>
    translated(
      'Event: DialState',
      'DestChannel: PJSIP/carrier-00000001',
      `DestUniqueid: ${uniqueId}`,
      `DestLinkedid: ${id}`,
      `DialStatus: ${status}`,
    );

  test('PROGRESS of dial1: it rings by early media', () => {
    expect(dialState('PROGRESS', id)).toEqual({ attemptId: id, signal: { type: 'rang', at } });
  });

  test('of dial2, or any other state, is ignored: other events have more', () => {
    expect(dialState('PROGRESS', '1795224366.7')).toBeUndefined();
    expect(dialState('RINGING', id)).toBeUndefined();
  });
});

describe('DialEnd', () => {
  const dialEnd = (uniqueId: string, ...more: string[]) =>
    translated('Event: DialEnd', `DestUniqueid: ${uniqueId}`, ...more, 'DialStatus: CANCEL');

  test('of a dial1 that is left for another target: it forwarded the call', () => {
    expect(dialEnd(id, 'Forward: 1002')).toEqual({ attemptId: id, signal: { type: 'dial1_forwarded', at } });
  });

  test('without a forward, or of another channel, is ignored: other events have more', () => {
    expect(dialEnd(id)).toBeUndefined();
    expect(dialEnd('1795224366.7', 'Forward: 1002')).toBeUndefined();
  });
});
