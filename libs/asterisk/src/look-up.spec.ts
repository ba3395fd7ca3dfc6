import type { AttemptId } from '@redial/call';
import { expect, test } from 'vitest';
import type { AmiAction } from './ami-action.ts';
import type { AmiReply } from './ami-link.ts';
import { parsePacket } from './ami-packet.ts';
import { lookUp } from './look-up.ts';

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

async function look(replies: { status: AmiReply; journal?: AmiReply; boot?: string }) {
  const asked: AmiAction[] = [];
  const odd: string[] = [];
  const finding = await lookUp(
    { attemptId, slot: 7, boot: 'boot-1' },
    {
      link: {
        sendForList: async (action) => {
          asked.push(action);
          const reply = action[0][1] === 'Status' ? replies.status : replies.journal;
          if (reply === undefined) throw new Error('not to be asked');
          return reply;
        },
      },
      boot: replies.boot ?? 'boot-1',
      now: () => at,
      onOdd: (what) => void odd.push(what),
    },
  );
  return { finding, asked, odd };
}

test('a live channel that is up: dial1 answered; the journal need not be asked', async () => {
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

test('no channel, answered in the journal and no more', async () => {
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
])('another start of the PBX is told (%#)', async (journal, type) => {
  expect((await look({ status: noChannel, journal, boot: 'boot-2' })).finding).toMatchObject({
    type,
    pbxRestarted: true,
  });
});

test('an illegible entry that is ours says at least that dial1 answered: "missing" would have it dialled again', async () => {
  const { finding, odd } = await look({ status: noChannel, journal: slot(`${attemptId}|ended|???`) });
  expect(finding).toMatchObject({ type: 'journal_answered' });
  expect(odd).toHaveLength(1);
});

test('an illegible entry of somebody else is no entry, and odd', async () => {
  const { finding, odd } = await look({ status: noChannel, journal: slot('42') });
  expect(finding).toMatchObject({ type: 'missing' });
  expect(odd).toEqual(['journal slot 7 holds an entry of another form']);
});

test.each([
  ['the channel could not be asked', { status: unanswered }],
  ['the journal could not be asked', { status: noChannel, journal: unanswered }],
  ['channels may not be asked', { status: denied }],
  ['the journal may not be read', { status: noChannel, journal: denied }],
])('%s: nobody knows, which is not "missing"', async (_, replies) => {
  expect((await look(replies)).finding).toBeUndefined();
});
