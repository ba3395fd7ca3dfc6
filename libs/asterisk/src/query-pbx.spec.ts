import { describe, expect, it, test } from 'vitest';
import type { AmiAction } from './ami/ami-action.ts';
import type { AmiReply, SendOptions } from './ami/ami-link.ts';
import { parsePacket } from './ami/ami-packet.ts';
import type { PbxQuestion } from './pbx.ts';
import { queryPbx } from './query-pbx.ts';

async function asking(question: PbxQuestion, reply?: AmiReply) {
  const sent: (readonly [AmiAction, SendOptions | undefined])[] = [];
  const anomalies: string[] = [];
  const answer = await queryPbx(question, {
    link: {
      send: async (action, options) => {
        sent.push([action, options]);
        if (reply === undefined) throw new Error('an unexpected query');
        return reply;
      },
    },
    onAnomaly: (what) => void anomalies.push(what),
  });
  return { answer, sent, anomalies };
}

function answered(text: string): AmiReply {
  const response = parsePacket(text);
  if (response === undefined) throw new Error('no packet');
  return { type: 'answered', response, events: [] };
}
const value = (text: string) => answered(`Response: Success\r\nVariable: X\r\nValue: ${text}`);

const phone: PbxQuestion = { type: 'device_online', channel: 'PJSIP/1001' };
const queue: PbxQuestion = { type: 'queue_exists', queue: 'test-queue' };
const context: PbxQuestion = { type: 'context_exists', context: 'main_routing', exten: '1001' };

test.each([
  [phone, 'DEVICE_STATE(PJSIP/1001)', 'NOT_INUSE'],
  [queue, 'QUEUE_EXISTS(test-queue)', '1'],
  [context, 'DIALPLAN_EXISTS(main_routing,1001,1)', '1'],
] as const)('%j uses one function, and is soon given up', async (question, variable, yes) => {
  const { answer, sent } = await asking(question, value(yes));
  expect(answer).toBe(true);
  expect(sent).toEqual([
    [
      [
        ['Action', 'Getvar'],
        ['Variable', variable],
      ],
      { deadlineMs: 3_000 },
    ],
  ]);
});

describe('a phone', () => {
  test.each(['NOT_INUSE', 'INUSE', 'BUSY', 'RINGING', 'RINGINUSE', 'ONHOLD', 'UNKNOWN'])(
    'is online: %s',
    async (state) => {
      expect((await asking(phone, value(state))).answer).toBe(true);
    },
  );
  test.each(['UNAVAILABLE', 'INVALID'])('is offline: %s', async (state) => {
    expect((await asking(phone, value(state))).answer).toBe(false);
  });
});

test.each([queue, context])('%j: 0 is no', async (question) => {
  expect((await asking(question, value('0'))).answer).toBe(false);
});

describe('without an answer the result is neither yes nor no', () => {
  test.each([
    ['DEVICE_STATE', phone],
    ['QUEUE_EXISTS', queue],
    ['DIALPLAN_EXISTS', context],
  ] as const)('a PBX without %s gives an empty value', async (name, question) => {
    expect(await asking(question, value(''))).toMatchObject({
      answer: undefined,
      anomalies: [`${name} was answered ""`],
    });
  });

  it('an unexpected value is reported, and is no property of ours', async () => {
    expect(await asking(queue, value('constructor'))).toMatchObject({
      answer: undefined,
      anomalies: ['QUEUE_EXISTS was answered "constructor"'],
    });
  });

  it('a missing right is reported', async () => {
    expect(await asking(queue, answered('Response: Error\r\nMessage: Permission denied'))).toMatchObject({
      answer: undefined,
      anomalies: ['QUEUE_EXISTS was answered Permission denied'],
    });
  });

  test.each<AmiReply>([
    { type: 'not_sent', message: 'the link to the PBX is down' },
    { type: 'unanswered', message: 'late' },
    { type: 'invalid', message: 'a control character' },
  ])('$type', async (reply) => {
    expect(await asking(queue, reply)).toMatchObject({ answer: undefined, anomalies: [] });
  });
});

describe('a value of the wrong form is never sent', () => {
  const hostile = [
    '',
    ' ',
    'a b',
    'a)b',
    'a(b',
    'a,b',
    'a&b',
    'a|b',
    'a;b',
    '$' + '{X}',
    'a\r\nAction: x',
    'a\nb',
    'a"b',
    'a\\b',
    'ä',
    'x'.repeat(200),
  ];

  test.each([
    ...hostile,
    ...hostile.map((text) => `PJSIP/${text}`),
    '1001',
    'PJSIP/27820001234@carrier',
    'PJSIP/1001/sip:any@where',
    'PJSIP/1001&PJSIP/1002',
    'Local/1001@main_routing/n',
    'DAHDI/g1/5',
    'Custom:x',
  ])('the device %j', async (channel) => {
    expect(await asking({ type: 'device_online', channel })).toEqual({ answer: undefined, sent: [], anomalies: [] });
  });

  test.each(hostile)('%j as a queue, a context, an extension', async (text) => {
    for (const question of [
      { type: 'queue_exists', queue: text },
      { type: 'context_exists', context: text, exten: 's' },
      { type: 'context_exists', context: 'main_routing', exten: text },
    ] as const) {
      expect((await asking(question)).sent).toEqual([]);
    }
  });
});
