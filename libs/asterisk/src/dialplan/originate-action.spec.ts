import type { AttemptId } from '@redial/call';
import { describe, expect, test } from 'vitest';
import { anOrder } from '../../testing/an-order.ts';
import { isDialableChannel } from '../channel/channel.ts';
import type { OriginateOrder } from '../pbx.ts';
import { originateAction } from './originate-action.ts';

test('the plainest order', () => {
  expect(originateAction(anOrder())).toEqual({
    ok: true,
    value: [
      ['Action', 'Originate'],
      ['ChannelId', 'att_01ARZ3NDEKTSV4RRFFQ69G5FAV'],
      ['Channel', 'PJSIP/1001'],
      ['Context', 'redial'],
      ['Exten', 'connect'],
      ['Priority', '1'],
      ['Async', 'true'],
      ['Timeout', '20000'],
      ['Variable', 'REDIAL_ATTEMPT=att_01ARZ3NDEKTSV4RRFFQ69G5FAV'],
      ['Variable', '_FORWARD_CONTEXT=redial-no-forward'],
      ['Variable', 'REDIAL_SLOT=7'],
      ['Variable', 'REDIAL_DIAL2_CHANNEL=PJSIP/27820001234@carrier'],
      ['Variable', 'REDIAL_DIAL2_RING_SECONDS=30'],
      ['Variable', 'REDIAL_TALK_LIMIT_SECONDS=3600'],
    ],
  });
});

test('everything an order can hold, one Variable line each', () => {
  const built = originateAction(
    anOrder({
      dial1CallerId: '27110001111',
      dial2CallerId: '27110002222',
      dial2RingTimeoutMs: 1_500,
      variables: { CAMPAIGN: 'spring sale', _INHERITED: 'a=b' },
      headers: { dial1: { 'X-One': 'a b', 'X-Two': 'c=d' }, dial2: { 'X-Three': 'e', 'X-Four': '' } },
    }),
  );
  const action = built.ok ? built.value : [];
  expect(action).toContainEqual(['CallerID', '27110001111']);
  expect(action.filter(([name]) => name === 'Variable').map(([, value]) => value)).toEqual([
    'REDIAL_ATTEMPT=att_01ARZ3NDEKTSV4RRFFQ69G5FAV',
    '_FORWARD_CONTEXT=redial-no-forward',
    'REDIAL_SLOT=7',
    'REDIAL_DIAL2_CHANNEL=PJSIP/27820001234@carrier',
    'REDIAL_DIAL2_CALLER_ID=27110002222',
    'REDIAL_DIAL2_RING_SECONDS=2',
    'REDIAL_TALK_LIMIT_SECONDS=3600',
    'REDIAL_DIAL2_HEADER_1=X-Three: e',
    'REDIAL_DIAL2_HEADER_2=X-Four: ',
    'PJSIP_HEADER(add,X-One)=a b',
    'PJSIP_HEADER(add,X-Two)=c=d',
    'CAMPAIGN=spring sale',
    '_INHERITED=a=b',
  ]);
});

test('behind a context of ours, dial1’s headers are for its phones, and the context handles forwards', () => {
  const built = originateAction(
    anOrder({
      dial1Channel: 'Local/1001@redial-extension-all-connect/n',
      dial1AutoAnswer: 'answer-mode',
      headers: { dial1: { 'X-One': 'a b' }, dial2: {} },
    }),
  );
  const action = built.ok ? built.value : [];
  const lines = action.filter(([name]) => name === 'Variable').map(([, value]) => value);
  expect(lines).toContain('REDIAL_DIAL1_HEADER_1=X-One: a b');
  expect(lines).toContain('REDIAL_DIAL1_HEADER_2=Answer-Mode: Auto');
  expect(lines.filter((line) => /PJSIP_HEADER|FORWARD_CONTEXT/.test(line))).toEqual([]);
});

test('a recording, dial2’s id, and a name beside the caller ID', () => {
  const built = originateAction(
    anOrder({
      dial1CallerId: '27110001111',
      dial1CallerName: 'J. van Öst',
      recordingFile: 'redial/1001/att_01ARZ3NDEKTSV4RRFFQ69G5FAV.wav',
      reportsDial2: true,
    }),
  );
  const action = built.ok ? built.value : [];
  expect(action).toContainEqual(['CallerID', '"J. van Öst" <27110001111>']);
  expect(action).toContainEqual(['Variable', 'REDIAL_RECORDING=redial/1001/att_01ARZ3NDEKTSV4RRFFQ69G5FAV.wav']);
  expect(action).toContainEqual(['Variable', 'REDIAL_TELL_DIAL2=1']);
});

test('a name without a number is not sent, and no line is sent where dial2’s id is not requested', () => {
  expect(originateAction(anOrder({ dial1CallerName: 'Bank', reportsDial2: false }))).toEqual(
    originateAction(anOrder()),
  );
});

test('an announcement waits for a digit where a key has a meaning', () => {
  const variables = (dtmf: Readonly<Record<string, string>>) => {
    const built = originateAction(anOrder({ announcement: { sound: 'custom/offer', dtmf, waitSeconds: 5 } }));
    return (built.ok ? built.value : [])
      .map(([, value]) => value)
      .filter((value) => /^REDIAL_(MESSAGE|KEY)/.test(value));
  };
  expect(variables({ '1': 'PJSIP/1001', '0': 'Local/sales@redial-queue/n' })).toEqual([
    'REDIAL_MESSAGE=custom/offer',
    'REDIAL_MESSAGE_WAIT=5',
    'REDIAL_KEY_0=Local/sales@redial-queue/n',
    'REDIAL_KEY_1=PJSIP/1001',
  ]);
  expect(variables({})).toEqual(['REDIAL_MESSAGE=custom/offer']);
});

const anAnnouncement = { sound: 'offer', dtmf: {}, waitSeconds: 5 };
const ofAnother = 'att_01ARZ3NDEKTSV4RRFFQ69G5FAW';

const tooMany = (name: (n: number) => string, count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [name(n), 'x']));

describe('a bad order is refused as a value', () => {
  const cases: [string, Partial<OriginateOrder>][] = [
    ['an attempt id of another form', { attemptId: 'att_1' as AttemptId }],
    ['an attempt id with a line end', { attemptId: 'att_01ARZ3NDEKTSV4RRFFQ69G5FAV\n' as AttemptId }],
    ['a slot out of range', { slot: 100_000 }],
    ['a slot that is no integer', { slot: 1.5 }],
    ['a channel with &', { dial1Channel: 'PJSIP/1001&PJSIP/1002' }],
    ['a channel with a comma', { dial2Channel: 'PJSIP/1001,30,g' }],
    ['a channel that dials any URI', { dial2Channel: 'PJSIP/1000/sip:any@where' }],
    ['a channel with a line end', { dial1Channel: 'PJSIP/1001\r\nAction: Originate' }],
    ['a channel with a bare line end at its end', { dial1Channel: 'PJSIP/1001\n' }],
    ['a channel with an expression', { dial2Channel: 'PJSIP/$' + '{EXTEN}@carrier' }],
    ['a channel with Unicode digits', { dial2Channel: 'PJSIP/٢٧٨٢@carrier' }],
    ['a channel without a technology', { dial1Channel: '1001' }],
    ['an application dressed as a channel', { dial1Channel: 'System/rm' }],
    ['a caller ID with a name', { dial1CallerId: '"Bank" <27110001111>' }],
    ['a caller ID with a line end', { dial2CallerId: '27110001111\n' }],
    ['an empty caller ID', { dial2CallerId: '' }],
    ['a name with a quote', { dial1CallerId: '27110001111', dial1CallerName: 'A" <1> "B' }],
    ['a name with a line end', { dial1CallerId: '27110001111', dial1CallerName: 'A\nVariable: B=c' }],
    ['a recording elsewhere', { recordingFile: '/etc/att_01ARZ3NDEKTSV4RRFFQ69G5FAV.wav' }],
    ['a recording a folder up', { recordingFile: 'redial/../att_01ARZ3NDEKTSV4RRFFQ69G5FAV.wav' }],
    ['the recording of another attempt', { recordingFile: `redial/1001/${ofAnother}.wav` }],
    ['a recording with options', { recordingFile: 'redial/1001/att_01ARZ3NDEKTSV4RRFFQ69G5FAV.wav,b,rm' }],
    ['a sound by its whole path', { announcement: { ...anAnnouncement, sound: '/etc/passwd' } }],
    ['a sound a folder up', { announcement: { ...anAnnouncement, sound: '../offer' } }],
    ['two sounds', { announcement: { ...anAnnouncement, sound: 'offer&other' } }],
    ['a wait of 0', { announcement: { ...anAnnouncement, waitSeconds: 0 } }],
    ['a digit that is none', { announcement: { ...anAnnouncement, dtmf: { '*': 'PJSIP/1001' } } }],
    ['a digit to two channels', { announcement: { ...anAnnouncement, dtmf: { '1': 'PJSIP/1001&PJSIP/1002' } } }],
    ['a ring timeout of 0', { dial1RingTimeoutMs: 0 }],
    ['a ring timeout that is no number', { dial1RingTimeoutMs: Number.NaN }],
    ['a ring timeout of dial2 beyond the dialplan’s', { dial2RingTimeoutMs: 10_000_000 }],
    ['a talk limit of 0: it would be none', { talkLimitMs: 0 }],
    ['a header without X-', { headers: { dial1: { From: 'x' }, dial2: {} } }],
    ['a header name with a bracket', { headers: { dial1: { 'X-A)=1,B(': 'x' }, dial2: {} } }],
    ['a header value with a comma', { headers: { dial1: { 'X-A': 'a,B=c' }, dial2: {} } }],
    ['a header value with a line end', { headers: { dial1: {}, dial2: { 'X-A': 'a\r\nVia: x' } } }],
    ['11 headers', { headers: { dial1: {}, dial2: tooMany((n) => `X-${n}`, 11) } }],
    ['a variable that is a function', { variables: { 'DB(redial/1)': 'x' } }],
    ['a variable of ours', { variables: { REDIAL_SLOT: '9' } }],
    ['a variable of ours, inherited', { variables: { __REDIAL_SLOT: '9' } }],
    ['a variable of ours in other letters', { variables: { redial_slot: '9' } }],
    ['a variable value with a comma', { variables: { A: 'b,REDIAL_SLOT=9' } }],
    ['a variable value with a quote', { variables: { A: 'b"' } }],
    ['a variable value with a bracket', { variables: { A: 'b(' } }],
    ['a variable value with a backslash', { variables: { A: 'b\\' } }],
    ['a variable value with a semicolon', { variables: { A: 'b;c' } }],
    ['a variable value with an expression', { variables: { A: '$' + '{SHELL(id)}' } }],
    ['more headers than AMI takes', { variables: tooMany((n) => `V${n}`, 120) }],
  ];

  test.each(cases)('%s', (_, more) => {
    expect(originateAction(anOrder(more))).toEqual({ ok: false, message: expect.any(String) });
  });

  test('and the message never holds the value', () => {
    const message = (more: Partial<OriginateOrder>) => {
      const built = originateAction(anOrder(more));
      return built.ok ? '' : built.message;
    };
    expect(message({ dial2Channel: 'PJSIP/27820001234&x' })).toBe(
      'the channel of dial2 has another form than technology/resource',
    );
    expect(message({ dial2CallerId: '2782000123x' })).not.toContain('2782');
  });
});

test('every other ASCII character in a value is either harmless or refused', () => {
  // A lone [ or ] is harmless: a value holds no comma whose meaning it could change.
  const splits = /[,()"\\;$|&'`{}<>!^\n\r]/;
  for (let code = 0; code < 128; code++) {
    const character = String.fromCharCode(code);
    const built = originateAction(anOrder({ variables: { A: `x${character}y` } }));
    expect(built.ok && splits.test(character), JSON.stringify(character)).toBe(false);
  }
});

test.each([
  ['PJSIP/1001', true],
  ['PJSIP/27820001234@carrier', true],
  ['PJSIP/+27820001234@carrier.example', true],
  ['SIP/carrier-1', true],
  ['DAHDI/g1/0820001234', true],
  ['Local/100@office', true],
  ['Local/100@office/n', true],
  ['Local/test-queue@redial-queue/n', true],
  ['Local/a,b@redial-queue/n', false],
  ['PJSIP/1/2', false],
  ['Local/s@redial', true],
  [`PJSIP/${'1'.repeat(200)}`, false],
])('%s can be dialled: %s', (channel, dialable) => {
  expect(isDialableChannel(channel)).toBe(dialable);
});
