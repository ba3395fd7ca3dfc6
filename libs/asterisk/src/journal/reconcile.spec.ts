import type { AttemptId } from '@redial/call';
import { expect, test } from 'vitest';
import type { AmiAction } from '../ami/ami-action.ts';
import type { AmiReply } from '../ami/ami-link.ts';
import { parsePacket } from '../ami/ami-packet.ts';
import type { Finding, ReconcileQuestion } from '../pbx.ts';
import { reconcile } from './reconcile.ts';

const attemptId = 'att_01ARZ3NDEKTSV4RRFFQ69G5FAV' as AttemptId;
const other = 'att_01ARZ3NDEKTSV4RRFFQ69G5FAW';
const at = 5_000;

function answered(response: string, ...events: string[]): AmiReply {
  const packets = [response, ...events].map((text) => parsePacket(text));
  const [first, ...others] = packets.flatMap((packet) => packet ?? []);
  if (first === undefined) throw new Error('no packet');
  return { type: 'answered', response: first, events: others };
}

const noChannel = answered('Response: Error\r\nMessage: No such channel');
const noEntry = answered('Response: Error\r\nMessage: Database entry not found');
const denied = answered('Response: Error\r\nMessage: Permission denied');
const unanswered: AmiReply = { type: 'unanswered', message: 'late' };
const channel = (uniqueId: string, state: string) =>
  answered('Response: Success\r\nEventList: start', `Event: Status\r\nChannelState: ${state}\r\nUniqueid: ${uniqueId}`);
const slot = (text: string) =>
  answered('Response: Success\r\nEventList: start', `Event: DBGetResponse\r\nFamily: redial\r\nKey: 7\r\nVal: ${text}`);

async function look(replies: { status: AmiReply; journal?: AmiReply; pbxStartedAt?: string }) {
  const asked: AmiAction[] = [];
  const anomalies: string[] = [];
  const finding = await reconcile(
    { attemptId, slot: 7, pbxStartedAt: 'start-1' },
    {
      link: {
        sendForList: async (action) => {
          asked.push(action);
          const reply = action[0][1] === 'Status' ? replies.status : replies.journal;
          if (reply === undefined) throw new Error('an unexpected query');
          return reply;
        },
      },
      pbxStartedAt: replies.pbxStartedAt ?? 'start-1',
      now: () => at,
      onAnomaly: (what) => void anomalies.push(what),
    },
  );
  return { finding, asked, anomalies };
}

test('a live channel that is up: dial1 answered; the journal is not read', async () => {
  const { finding, asked } = await look({ status: channel(attemptId, '6') });
  expect(finding).toEqual({ type: 'channel_found', at, up: true });
  expect(asked).toEqual([
    [
      ['Action', 'Status'],
      ['Channel', attemptId],
      ['Variables', 'SHARED(REDIAL_DIAL2_ENDED)'],
    ],
  ]);
});

test.each(['0', '3', '5'])('a live channel in state %s is not answered yet', async (state) => {
  expect((await look({ status: channel(attemptId, state) })).finding).toEqual({ type: 'channel_found', at, up: false });
});

test('another channel, found by prefix, is none of ours', async () => {
  expect((await look({ status: channel(`${attemptId}0`, '6'), journal: noEntry })).finding).toMatchObject({
    type: 'missing',
  });
});

test('no channel, ended in the journal', async () => {
  const { finding, asked } = await look({
    status: noChannel,
    journal: slot(`${attemptId}|ended|BUSY|17|||350|1|2|17|SIP 486|1.2|`),
  });
  expect(finding).toMatchObject({ type: 'journal_ended', at, entry: { dialStatus: 'BUSY' } });
  expect(asked[1]).toEqual([
    ['Action', 'DBGet'],
    ['Family', 'redial'],
    ['Key', '7'],
  ]);
});

test('no channel, answered alone in the journal', async () => {
  expect((await look({ status: noChannel, journal: slot(`${attemptId}|answered|3`) })).finding).toEqual({
    type: 'journal_answered',
    at,
    answeredAt: 3_000,
    pbxRestarted: false,
  });
});

test('no channel, no entry', async () => {
  expect((await look({ status: noChannel, journal: noEntry })).finding).toEqual({
    type: 'missing',
    at,
    pbxRestarted: false,
  });
});

test('a slot that names another attempt is no entry', async () => {
  expect(
    (await look({ status: noChannel, journal: slot(`${other}|ended|BUSY|17|||350|1|2||||`) })).finding,
  ).toMatchObject({ type: 'missing' });
});

test.each([
  [noEntry, 'missing'],
  [slot(`${attemptId}|answered|3`), 'journal_answered'],
])('another start of the PBX is reported (%#)', async (journal, type) => {
  expect((await look({ status: noChannel, journal, pbxStartedAt: 'start-2' })).finding).toMatchObject({
    type,
    pbxRestarted: true,
  });
});

test('an unreadable entry of ours still means that dial1 answered: "missing" would dial it again', async () => {
  const { finding, anomalies } = await look({ status: noChannel, journal: slot(`${attemptId}|ended|???`) });
  expect(finding).toMatchObject({ type: 'journal_answered' });
  expect(anomalies).toHaveLength(1);
});

test('an unreadable entry of another attempt is no entry, and an anomaly', async () => {
  const { finding, anomalies } = await look({ status: noChannel, journal: slot('42') });
  expect(finding).toMatchObject({ type: 'missing' });
  expect(anomalies).toEqual(['journal slot 7 holds an entry of another form']);
});

test.each([
  ['the channel could not be queried', { status: unanswered }],
  ['the journal could not be read', { status: noChannel, journal: unanswered }],
  ['channels may not be queried', { status: denied }],
  ['the journal may not be read', { status: noChannel, journal: denied }],
])('%s: the result is unknown, which is not "missing"', async (_, replies) => {
  expect((await look(replies)).finding).toBeUndefined();
});

/** Answers each action by its name. */
async function lookWith(
  question: Partial<ReconcileQuestion>,
  answerTo: (action: AmiAction) => AmiReply,
): Promise<Finding | undefined> {
  return reconcile(
    { attemptId, slot: 7, pbxStartedAt: 'start-1', ...question },
    {
      link: { sendForList: async (action) => answerTo(action) },
      pbxStartedAt: 'start-1',
      now: () => at,
      onAnomaly: () => {},
    },
  );
}
const askedFor = (action: AmiAction, header: string) => action.find(([name]) => name === header)?.[1];

test('another channel answered in its place, and the entry names it', async () => {
  const finding = await lookWith({}, (action) => {
    if (askedFor(action, 'Action') === 'DBGet') return slot(`${attemptId}|answered|3|1.7`);
    return askedFor(action, 'Channel') === '1.7' ? channel('1.7', '6') : noChannel;
  });
  expect(finding).toEqual({ type: 'channel_found', at, up: true, uniqueId: '1.7' });
});

test('another channel took its place later: it is found by the attempt’s variable; a channel that inherited it is not', async () => {
  const row = (uniqueId: string, context: string, attempt: string) =>
    `Event: Status\r\nChannelState: 6\r\nContext: ${context}\r\nUniqueid: ${uniqueId}\r\nVariable: REDIAL_ATTEMPT=${attempt}`;
  const all = answered(
    'Response: Success\r\nEventList: start',
    row('1.5', 'redial', other),
    row('1.6', 'elsewhere', attemptId),
    row('1.7', 'redial', attemptId),
  );
  const finding = await lookWith({}, (action) => {
    if (askedFor(action, 'Action') === 'DBGet') return slot(`${attemptId}|answered|3|${attemptId}`);
    return askedFor(action, 'Channel') === undefined ? all : noChannel;
  });
  expect(finding).toMatchObject({ type: 'channel_found', uniqueId: '1.7' });
});

test('dial1’s channel lives and dial2’s has ended', async () => {
  const status = answered(
    'Response: Success\r\nEventList: start',
    `Event: Status\r\nChannelState: 6\r\nUniqueid: ${attemptId}\r\nVariable: SHARED(REDIAL_DIAL2_ENDED)=1795224366125 1`,
  );
  expect((await look({ status })).finding).toEqual({ type: 'channel_found', at, up: true, dial2Ended: true });
});

test('dial2 without dial1: it lives, or has ended, or the entry has the time of its end', async () => {
  const ended = `${attemptId}|ended|ANSWER|16||1|2|3|4|16|SIP 200|1.2|7|||`;
  const followed = (status: AmiReply, entry: string) =>
    lookWith({ dial2: '1.2' }, (action) => (askedFor(action, 'Action') === 'DBGet' ? slot(entry) : status));
  expect(await followed(channel('1.2', '6'), ended)).toEqual({ type: 'dial2_found', at });
  expect(await followed(noChannel, `${ended}|`)).toEqual({ type: 'dial2_gone', at });
  expect(await followed(noChannel, `${ended}9.5|dial2`)).toMatchObject({
    type: 'journal_ended',
    entry: { dial2EndedAt: 9_500, transferred: 'dial2' },
  });
  expect(await followed(unanswered, ended)).toBeUndefined();
});
