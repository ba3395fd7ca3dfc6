import type { AttemptId } from '@redial/call';
import { formatJournal } from '@redial/testing';
import { describe, expect, test } from 'vitest';
import { type JournalEntry, parseJournal, sipCodeOf } from './journal.ts';

const id = 'att_01ARZ3NDEKTSV4RRFFQ69G5FAV' as AttemptId;

test('answered', () => {
  expect(parseJournal(`${id}|answered|1795224366`)).toEqual({
    attemptId: id,
    type: 'answered',
    answeredAt: 1_795_224_366_000,
  });
});

test('instants may carry fractions', () => {
  expect(parseJournal(`${id}|answered|1795224366.125`)).toMatchObject({ answeredAt: 1_795_224_366_125 });
});

test("dial2's channel, which the event alone has", () => {
  expect(parseJournal(`${id}|dial2|1795224367.12`)).toEqual({
    attemptId: id,
    type: 'dial2',
    uniqueId: '1795224367.12',
  });
});

describe('ended', () => {
  test('both talked', () => {
    const text = `${id}|ended|ANSWER|16|dial2|42000|45000|1795224366|1795224411|16|SIP 200 OK|1795224367.12|3000`;
    expect(parseJournal(text)).toEqual({
      attemptId: id,
      type: 'ended',
      entry: {
        dialStatus: 'ANSWER',
        dial1Cause: 16,
        endedBy: 'dial2',
        talkMs: 42_000,
        dialMs: 45_000,
        ringMs: 3_000,
        answeredAt: 1_795_224_366_000,
        endedAt: 1_795_224_411_000,
        dial2Cause: 16,
        dial2SipCode: 200,
        dial2Spoke: true,
        dial2UniqueId: '1795224367.12',
      },
    });
  });

  test('dial2 busy', () => {
    const text = `${id}|ended|BUSY|17|||350|1795224366|1795224367|17|SIP 486 Busy Here|1795224366.3|`;
    expect(parseJournal(text)).toMatchObject({
      entry: { dialStatus: 'BUSY', talkMs: 0, dialMs: 350, dial2Cause: 17, dial2SipCode: 486 },
    });
  });

  test('dial1 left before dial2 was tried: every field except the instants is empty', () => {
    expect(parseJournal(`${id}|ended||||||1795224366|1795224367||||`)).toEqual({
      attemptId: id,
      type: 'ended',
      entry: {
        dialStatus: '',
        dial1Cause: 0,
        talkMs: 0,
        dialMs: 0,
        answeredAt: 1_795_224_366_000,
        endedAt: 1_795_224_367_000,
      },
    });
  });

  test('the recording, and the pressed key', () => {
    const text = `${id}|ended|ANSWER|16|dial1|1|2|3|4|16|SIP 200|5.6|7`;
    expect(parseJournal(`${text}|1|9`)).toMatchObject({ entry: { recorded: true, dtmfDigit: '9' } });
    for (const nothing of [text, `${text}||`, `${text}|0|*`]) {
      const entry = parseJournal(nothing);
      expect(entry).not.toHaveProperty('entry.recorded');
      expect(entry).not.toHaveProperty('entry.dtmfDigit');
    }
  });

  test('when they stopped talking to each other, and the side that went on in another call', () => {
    const text = `${id}|ended|ANSWER|16|dial1|1|2|3|4|16|SIP 200|5.6|7||`;
    expect(parseJournal(`${text}|1795224366.125|dial1`)).toMatchObject({
      entry: { dial2EndedAt: 1_795_224_366_125, transferred: 'dial1' },
    });
    for (const nothing of [text, `${text}||`, `${text}|soon|dial3`]) {
      const entry = parseJournal(nothing);
      expect(entry).not.toHaveProperty('entry.dial2EndedAt');
      expect(entry).not.toHaveProperty('entry.transferred');
    }
  });

  test('the PBX’s clock was set back meanwhile: the answer counts, and no duration is below zero', () => {
    expect(parseJournal(`${id}|ended|ANSWER|16|dial1|-3599000|-3598000|3|4|16|SIP 200|5.6|-7`)).toMatchObject({
      entry: { dialStatus: 'ANSWER', talkMs: 0, dialMs: 0, ringMs: 0 },
    });
    expect(parseJournal(`${id}|ended|ANSWER|-16|dial1|1|2|3|4`)).toBeUndefined();
  });

  test('fields of a later version are ignored', () => {
    expect(parseJournal(`${id}|ended|ANSWER|16|dial1|1|2|3|4|16|SIP 200|5.6|7|||||new`)).toMatchObject({
      entry: { ringMs: 7 },
    });
  });
});

test.each([
  '',
  'ended',
  `${id}`,
  `${id}|answered`,
  `${id}|answered|soon`,
  `${id}|answered|-1`,
  `${id}|dial2`,
  `${id}|dial2|`,
  `${id}|began|1795224366`,
  `att_01ARZ3NDEKTSV4RRFFQ69G5FA|answered|1795224366`,
  `${id.toLowerCase()}|answered|1795224366`,
  `${id}|ended|ANSWER|16`,
  `${id}|ended|ANSWER|16|dial3|1|2|3|4||||`,
  `${id}|ended|answer|16|dial1|1|2|3|4||||`,
  `${id}|ended|ANSWER|x|dial1|1|2|3|4||||`,
  `${id}|ended|ANSWER|16|dial1|1.5|2|3|4||||`,
  `${id}|ended|ANSWER|16|dial1|1|2||4||||`,
  `${id}|ended|ANSWER|16|dial1|1|2|3|٤||||`,
])('%j is no entry', (text) => {
  expect(parseJournal(text)).toBeUndefined();
});

test('what is formatted is read back', () => {
  const entries: JournalEntry[] = [
    { attemptId: id, type: 'answered', answeredAt: 5_000 },
    {
      attemptId: id,
      type: 'ended',
      entry: {
        dialStatus: 'CANCEL',
        dial1Cause: 0,
        endedBy: 'dial1',
        talkMs: 0,
        dialMs: 9,
        answeredAt: 5_000,
        endedAt: 6_000,
      },
    },
    {
      attemptId: id,
      type: 'ended',
      entry: {
        dialStatus: 'ANSWER',
        dial1Cause: 16,
        talkMs: 1,
        dialMs: 2,
        ringMs: 3,
        answeredAt: 5_000,
        endedAt: 6_000,
        dial2Cause: 16,
        dial2SipCode: 200,
        dial2Spoke: true,
        dial2UniqueId: '1.2',
        recorded: true,
        dtmfDigit: '0',
        dial2EndedAt: 5_500,
        transferred: 'dial2',
      },
    },
    { attemptId: id, type: 'dial2', uniqueId: '1.2' },
  ];
  for (const entry of entries) expect(parseJournal(formatJournal(entry))).toEqual(entry);
});

test.each([
  ['SIP 486 Busy Here', 486],
  ['SIP 603', 603],
  ['486', 486],
  ['', undefined],
  [undefined, undefined],
  ['SIP 4867', undefined],
  ['SIP 700', undefined],
  ['SIP 180 Ringing', undefined],
  ['ISDN 17', undefined],
])('the SIP code of %j is %s', (text, code) => {
  expect(sipCodeOf(text)).toBe(code);
});
