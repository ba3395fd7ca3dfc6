import type { AttemptId, AttemptSignal } from '@redial/call';
import { eventually, type ManualTimers, manualTimers } from '@redial/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { anOrder } from '../testing/an-order.ts';
import {
  answerWithDialplan,
  type ReceivedAction,
  type ScriptedAmi,
  startScriptedAmi,
} from '../testing/scripted-ami.ts';
import { createPbx } from './asterisk-pbx.ts';
import type { Pbx } from './pbx.ts';

const attemptId = 'att_01ARZ3NDEKTSV4RRFFQ69G5FAV' as AttemptId;

let ami: ScriptedAmi;
let timers: ManualTimers;
let pbx: Pbx;
let log: unknown[];
let signals: [AttemptId, AttemptSignal][];

beforeEach(async () => {
  ami = await startScriptedAmi();
  timers = manualTimers();
  log = [];
  signals = [];
  pbx = createPbx(
    { name: 'pbx1', host: '127.0.0.1', port: ami.port, username: 'redial', secret: 'secret' },
    { clock: timers, timers, random: () => 0 },
  );
  pbx.on('up', (info) => void log.push(info));
  pbx.on('down', (reason) => void log.push(`down: ${reason}`));
  pbx.on('anomaly', (what) => void log.push(`anomaly: ${what}`));
  pbx.on('signal', (id, signal) => void signals.push([id, signal]));
});

afterEach(async () => {
  await pbx.stop();
  await ami.stop();
});

async function up(): Promise<void> {
  pbx.start();
  await eventually(() => expect(pbx.isUp).toBe(true));
}

test('it is up when it has the start time and version of the PBX', async () => {
  expect(pbx).toMatchObject({ name: 'pbx1', isUp: false, pbxStartedAt: undefined });
  await up();
  expect(pbx.pbxStartedAt).toBe('2025-01-02 03:04:05');
  expect(log).toEqual([{ pbxStartedAt: '2025-01-02 03:04:05', version: '22.10.1' }]);
});

test('a missing right for the start time is reported, nothing is dialled, and a later right is noticed', async () => {
  ami.on('CoreStatus', (action) => action.answer('Response: Error', 'Message: Permission denied'));
  pbx.start();
  await eventually(() =>
    expect(log).toEqual([
      expect.stringMatching(/^anomaly: CoreStatus was answered Permission denied: .*write=reporting/),
    ]),
  );
  expect(pbx.isUp).toBe(false);
  expect(await pbx.originate(anOrder())).toEqual({
    type: 'not_sent',
    code: 'pbx_unavailable',
    message: 'the PBX is down',
  });
  ami.on('CoreStatus', (action) =>
    action.answer('Response: Success', 'CoreStartupDate: 2025-01-02', 'CoreStartupTime: 03:04:05'),
  );
  timers.advance(10_000);
  await eventually(() => expect(pbx.isUp).toBe(true));
});

test('an Asterisk without its dialplan is not up: reported once, and noticed a second after it has it', async () => {
  ami.on('ShowDialPlan', (action) => action.answer('Response: Error', 'Message: Did not find context redial'));
  pbx.start();
  const reported = [
    expect.stringMatching(/^anomaly: The dialplan has no redial,connect: nothing is dialled on pbx1 until /),
  ];
  await eventually(() => expect(log).toEqual(reported));
  timers.advance(1_000);
  for (let times = 0; times < 2; times += 1) await ami.next('ShowDialPlan');
  expect(await pbx.originate(anOrder())).toEqual({
    type: 'not_sent',
    code: 'pbx_unavailable',
    message: 'the PBX is down',
  });
  expect([log, pbx.isUp]).toEqual([reported, false]);
  ami.on('ShowDialPlan', answerWithDialplan);
  await eventually(() => {
    timers.advance(1_000);
    expect(pbx.isUp).toBe(true);
  });
  expect(ami.bytes).toMatch(/Action: ShowDialPlan\r\nActionID: \S+\r\nContext: redial\r\nExtension: connect\r\n\r\n/);
});

test.each([
  [
    'denied',
    (action: ReceivedAction) => action.answer('Response: Error', 'Message: Permission denied'),
    'Permission denied',
  ],
  [
    'a list of another context',
    (action: ReceivedAction) => {
      const id = `ActionID: ${action.get('ActionID')}`;
      action.answer('Response: Success', 'EventList: start', 'Message: DialPlan list will follow');
      action.raw(`Event: ListDialplan\r\n${id}\r\nContext: other\r\nExtension: s\r\nPriority: 1\r\n\r\n`);
      action.raw(`Event: ShowDialPlanComplete\r\n${id}\r\nEventList: Complete\r\nListItems: 1\r\n\r\n`);
    },
    'DialPlan list will follow',
  ],
])(
  'an Asterisk that does not show its dialplan (%s) is not up, and its answer is reported, until it does',
  async (_how, answer, words) => {
    ami.on('ShowDialPlan', answer);
    pbx.start();
    const reported = [
      `anomaly: ShowDialPlan was answered ${words}: nothing is dialled on pbx1 until it lists redial,connect (write=reporting)`,
    ];
    await eventually(() => expect(log).toEqual(reported));
    expect(pbx.isUp).toBe(false);
    ami.on('ShowDialPlan', answerWithDialplan);
    timers.advance(10_000);
    await eventually(() => expect(pbx.isUp).toBe(true));
  },
);

test('an Asterisk that does not answer for its dialplan is not up', async () => {
  ami.on('ShowDialPlan', () => undefined);
  pbx.start();
  await ami.next('ShowDialPlan');
  timers.advance(60_000);
  await eventually(() =>
    expect(log.some((line) => /^anomaly: ShowDialPlan was .*: nothing is dialled on pbx1/.test(String(line)))).toBe(
      true,
    ),
  );
  expect(pbx.isUp).toBe(false);
});

test('a link for queries alone needs no dialplan', async () => {
  ami.on('ShowDialPlan', (action) => action.answer('Response: Error', 'Message: Did not find context redial'));
  ami.on('Events', (action) => action.answer('Response: Success', 'Events: Off'));
  const access = { name: 'pbx1', host: '127.0.0.1', port: ami.port, username: 'redial', secret: 'secret' };
  const asker = createPbx(access, { clock: timers, timers, listens: false });
  asker.start();
  await eventually(() => expect(asker.isUp).toBe(true));
  await asker.stop();
  expect(ami.bytes).not.toContain('ShowDialPlan');
});

test('after a restart the PBX has another start time', async () => {
  await up();
  ami.on('CoreStatus', (action) =>
    action.answer('Response: Success', 'CoreStartupDate: 2025-01-02', 'CoreStartupTime: 04:00:00'),
  );
  ami.cut();
  await eventually(() => expect(pbx.pbxStartedAt).toBeUndefined());
  timers.advance(250);
  await eventually(() => expect(pbx.pbxStartedAt).toBe('2025-01-02 04:00:00'));
  expect(log).toHaveLength(3);
});

test('a PBX that cannot be reached is reported', async () => {
  ami.on('login', (action) => action.answer('Response: Error', 'Message: Authentication failed'));
  pbx.start();
  await eventually(() => expect(log).toEqual(['down: the PBX refused the login: Authentication failed']));
});

test('events become signals, with the instant of their arrival', async () => {
  await up();
  ami.send('Event: Newstate', 'ChannelState: 5', `Uniqueid: ${attemptId}`);
  ami.send('Event: Hangup', 'Cause: 16', 'Uniqueid: 1.2', 'Linkedid: 1.2');
  ami.send('Event: UserEvent', 'UserEvent: RedialAttempt', 'Journal: ?');
  ami.send('Event: OriginateResponse', `ActionID: ${attemptId}`, 'Response: Success', 'Reason: 4');
  await eventually(() => expect(signals).toHaveLength(2));
  expect(signals).toEqual([
    [attemptId, { type: 'rang', at: timers.now() }],
    [attemptId, { type: 'answered', at: timers.now() }],
  ]);
  expect(log[1]).toBe('anomaly: RedialAttempt with a journal entry of another form');
});

test('a removed listener receives nothing more', async () => {
  await up();
  const heard: AttemptId[] = [];
  const listener = (id: AttemptId) => void heard.push(id);
  pbx.on('signal', listener);
  pbx.off('signal', listener);
  ami.send('Event: Newstate', 'ChannelState: 5', `Uniqueid: ${attemptId}`);
  await eventually(() => expect(signals).toHaveLength(1));
  expect(heard).toEqual([]);
});

test('an Originate carries the attempt id as ActionID and as ChannelId', async () => {
  await up();
  ami.on('Originate', (action) => action.answer('Response: Success', 'Message: Originate successfully queued'));
  expect(await pbx.originate(anOrder())).toEqual({ type: 'accepted' });
  const action = await ami.next('Originate');
  expect([action.get('ActionID'), action.get('ChannelId')]).toEqual([attemptId, attemptId]);
  expect(action.all('Variable')).toContain('REDIAL_SLOT=7');
});

test('an Originate that Asterisk refuses is refused with Asterisk’s message', async () => {
  await up();
  ami.on('Originate', (action) => action.answer('Response: Error', 'Message: Extension does not exist.'));
  expect(await pbx.originate(anOrder())).toEqual({ type: 'refused', message: 'Extension does not exist.' });
});

test('a bad order is invalid, and no byte of it is sent', async () => {
  await up();
  const reply = await pbx.originate(anOrder({ dial1Channel: 'PJSIP/1001\r\nAction: Originate' }));
  expect(reply).toMatchObject({ type: 'not_sent', code: 'invalid' });
  ami.on('Hangup', (action) => action.answer('Response: Error', 'Message: No such channel'));
  ami.on('Status', (action) => action.answer('Response: Error', 'Message: No such channel'));
  await pbx.hangUp(attemptId);
  expect(ami.bytes).not.toContain('Originate');
});

test('an Originate without an answer is unanswered, and never written again: it may be ringing', async () => {
  await up();
  const late = pbx.originate(anOrder());
  await ami.next('Originate');
  timers.advance(10_000);
  expect(await late).toMatchObject({ type: 'unanswered' });

  const cut = pbx.originate(anOrder());
  await ami.next('Originate');
  ami.cut();
  expect(await cut).toMatchObject({ type: 'unanswered' });
  await eventually(() => expect(pbx.isUp).toBe(false));
  expect(await pbx.originate(anOrder())).toMatchObject({ type: 'not_sent', code: 'pbx_unavailable' });
  timers.advance(250);
  await eventually(() => expect(pbx.isUp).toBe(true));
  expect(ami.received.filter((action) => action.name === 'Originate')).toHaveLength(2);
});

test('hanging up names the channel by our id', async () => {
  await up();
  ami.on('Hangup', (action) => action.answer('Response: Success', 'Message: Channel Hungup'));
  expect(await pbx.hangUp(attemptId)).toBe(true);
  expect((await ami.next('Hangup')).get('Channel')).toBe(attemptId);
  ami.on('Hangup', (action) => action.answer('Response: Error', 'Message: No such channel'));
  ami.on('Status', (action) => action.answer('Response: Error', 'Message: No such channel'));
  expect(await pbx.hangUp(attemptId)).toBe(false);
});

test('hanging up finds the channel that has taken the place of ours, by the attempt’s variable', async () => {
  await up();
  ami.on('Hangup', (action) =>
    action.get('Channel') === '1.7'
      ? action.answer('Response: Success', 'Message: Channel Hungup')
      : action.answer('Response: Error', 'Message: No such channel'),
  );
  ami.on('Status', (action) => {
    action.answer('Response: Success', 'EventList: start');
    for (const [uniqueId, attempt] of [
      ['1.6', 'att_01ARZ3NDEKTSV4RRFFQ69G5FZZ'],
      ['1.7', attemptId],
    ])
      action.raw(
        `Event: Status\r\nActionID: ${action.get('ActionID')}\r\nUniqueid: ${uniqueId}\r\nVariable: REDIAL_ATTEMPT=${attempt}\r\n\r\n`,
      );
    action.raw(
      `Event: StatusComplete\r\nActionID: ${action.get('ActionID')}\r\nEventList: Complete\r\nListItems: 2\r\n\r\n`,
    );
  });
  expect(await pbx.hangUp(attemptId)).toBe(true);
});

test('a reconciliation queries the channel, then the journal', async () => {
  await up();
  ami.on('Status', (action) => action.answer('Response: Error', 'Message: No such channel'));
  ami.on('DBGet', (action) => action.answer('Response: Error', 'Message: Database entry not found'));
  expect(await pbx.reconcile({ attemptId, slot: 7, pbxStartedAt: 'another' })).toEqual({
    type: 'missing',
    at: timers.now(),
    pbxRestarted: true,
  });
});

test('a reconciliation whose PBX went away in between has no result', async () => {
  await up();
  ami.on('Status', (action) => action.answer('Response: Error', 'Message: No such channel'));
  const finding = pbx.reconcile({ attemptId, slot: 7, pbxStartedAt: '2025-01-02 03:04:05' });
  await ami.next('DBGet');
  ami.cut();
  expect(await finding).toBeUndefined();
  await eventually(() => expect(pbx.isUp).toBe(false));
  expect(await pbx.reconcile({ attemptId, slot: 7, pbxStartedAt: '2025-01-02 03:04:05' })).toBeUndefined();
});

test('a query that the link cannot send has no answer', async () => {
  const question = { type: 'queue_exists', queue: 'sales' } as const;
  expect(await pbx.query(question)).toBeUndefined();
  await up();
  ami.on('Getvar', (action) => action.answer('Response: Success', 'Variable: QUEUE_EXISTS(sales)', 'Value: 1'));
  expect(await pbx.query(question)).toBe(true);

  ami.on('Getvar', () => {});
  const late = pbx.query(question);
  await ami.next('Getvar');
  await ami.next('Getvar');
  timers.advance(3_000);
  expect(await late).toBeUndefined();

  const cut = pbx.query(question);
  await ami.next('Getvar');
  ami.cut();
  expect(await cut).toBeUndefined();
});

test('a link that does not listen switches events off before it is up, at each login, and receives none', async () => {
  ami.on('Events', (action) => action.answer('Response: Success', 'Events: Off'));
  const asking = createPbx(
    { name: 'pbx1', host: '127.0.0.1', port: ami.port, username: 'redial', secret: 'secret' },
    { clock: timers, timers, random: () => 0, listens: false },
  );
  asking.on('signal', (id, signal) => void signals.push([id, signal]));
  const ups: unknown[] = [];
  asking.on('up', (info) => void ups.push(info));
  try {
    asking.start();
    await eventually(() => expect(ups).toHaveLength(1));
    expect((await ami.next('Events')).get('EventMask')).toBe('off');
    ami.send('Event: Newstate', 'ChannelState: 5', `Uniqueid: ${attemptId}`);
    ami.on('Getvar', (action) => action.answer('Response: Success', 'Value: 0'));
    expect(await asking.query({ type: 'queue_exists', queue: 'sales' })).toBe(false);
    expect(signals).toEqual([]);

    ami.cut();
    await eventually(() => expect(asking.isUp).toBe(false));
    timers.advance(250);
    await eventually(() => expect(ups).toHaveLength(2));
    expect((await ami.next('Events')).get('EventMask')).toBe('off');
  } finally {
    await asking.stop();
  }
});

test('a link that listens leaves events on', async () => {
  await up();
  expect(ami.received.map(({ name }) => name)).not.toContain('Events');
});
