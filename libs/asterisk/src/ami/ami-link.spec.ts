import { eventually, type ManualTimers, manualTimers } from '@redial/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ScriptedAmi, startScriptedAmi } from '../../testing/scripted-ami.ts';
import { type AmiLink, type AmiLinkOptions, createAmiLink } from './ami-link.ts';
import type { AmiPacket } from './ami-packet.ts';

let ami: ScriptedAmi;
let timers: ManualTimers;
let links: AmiLink[];
let log: string[];
let events: AmiPacket[];

beforeEach(async () => {
  ami = await startScriptedAmi();
  timers = manualTimers();
  links = [];
  log = [];
  events = [];
});

afterEach(async () => {
  for (const link of links) await link.stop();
  await ami.stop();
});

function newLink(more: Partial<AmiLinkOptions> = {}): AmiLink {
  const link = createAmiLink({
    access: { host: '127.0.0.1', port: ami.port, username: 'redial', secret: 'secret' },
    events: new Set(['UserEvent']),
    onEvent: (packet) => void events.push(packet),
    onOtherEvent: (name) => void log.push(`other ${name}`),
    onUp: () => void log.push('up'),
    onDown: (reason) => void log.push(`down: ${reason}`),
    timers,
    random: () => 0,
    ...more,
  });
  links.push(link);
  return link;
}

async function linkThatIsUp(more: Partial<AmiLinkOptions> = {}): Promise<AmiLink> {
  const link = newLink(more);
  link.start();
  await eventually(() => expect(link.isUp).toBe(true));
  return link;
}

const actionsNamed = (name: string) => ami.received.filter((action) => action.name === name);

describe('logging in', () => {
  test('a link is up when the login and one Ping were answered, without FullyBooted', async () => {
    const link = newLink();
    ami.on('Ping', () => {});
    link.start();
    const ping = await ami.next('Ping');
    expect(link.isUp).toBe(false);
    expect(await link.send([['Action', 'CoreStatus']])).toMatchObject({ type: 'not_sent' });
    ping.answer('Response: Success', 'Ping: Pong');
    await eventually(() => expect(log).toEqual(['up']));
    expect(ami.received.map((action) => action.name)).toEqual(['login', 'Ping']);
  });

  test('before the login is answered no action is sent: it returns not_sent at once', async () => {
    const link = newLink();
    ami.on('login', () => {});
    link.start();
    await ami.next('login');
    expect(await link.send([['Action', 'CoreStatus']])).toMatchObject({ type: 'not_sent' });
    expect(ami.bytes).not.toContain('CoreStatus');
  });

  test('a wrong password is reported clearly, and the socket is destroyed', async () => {
    ami.on('login', (action) => action.answer('Response: Error', 'Message: Authentication failed'));
    newLink().start();
    await eventually(() => expect(log).toEqual(['down: the PBX refused the login: Authentication failed']));
    await ami.allClosed();
    expect(ami.connections).toBe(1);
  });

  test('a silent server is given up at the deadline, and its socket is destroyed', async () => {
    ami.on('login', () => {});
    newLink({ timing: { loginDeadlineMs: 3_000 } }).start();
    await ami.next('login');
    expect(log).toEqual([]);
    timers.advance(3_000);
    await eventually(() => expect(log).toEqual(['down: no login within 3000 ms']));
    await ami.allClosed();
  });

  test('a server that closes the connection before it answers the login is reported so', async () => {
    ami.on('login', (action) => action.cut());
    newLink().start();
    await eventually(() => expect(log).toHaveLength(1));
    expect(log[0]).toMatch(/^down: (the PBX closed the connection before it answered the login|ECONNRESET)$/);
  });

  test('a missing server is reported by its error code', async () => {
    await ami.stop();
    newLink().start();
    await eventually(() => expect(log).toEqual(['down: ECONNREFUSED']));
    ami = await startScriptedAmi();
  });

  test('a Ping that is not answered after the login counts as no login', async () => {
    ami.on('Ping', () => {});
    newLink().start();
    await ami.next('Ping');
    timers.advance(10_000);
    await eventually(() => expect(log).toEqual(['down: the PBX did not answer a Ping within 10000 ms']));
    await ami.allClosed();
  });

  test('a secret with a line end is not sent: it would be a second header', async () => {
    newLink({ access: { host: '127.0.0.1', port: ami.port, username: 'redial', secret: 'a\r\nEvents: off' } }).start();
    await eventually(() => expect(log).toEqual(['down: the username or the secret holds a control character']));
    expect(ami.connections).toBe(0);
  });

  test('bytes in one chunk with the login answer, a torn packet among them, do no harm', async () => {
    ami.on('login', (action) => {
      const answer = `Response: Success\r\nActionID: ${action.get('ActionID')}\r\nMessage: Authentication accepted\r\n\r\n`;
      action.raw(`${answer}Event: FullyBooted\r\nPrivilege: system,all\r\n\r\nEvent: UserEvent\r\nUserEvent: Torn`);
    });
    ami.on('Ping', (action) => {
      action.raw('\r\nJournal: lost\r\n\r\n');
      action.answer('Response: Success', 'Ping: Pong');
    });
    const link = await linkThatIsUp();
    ami.on('CoreStatus', (action) => action.answer('Response: Success', 'CoreStartupTime: 1'));
    expect(await link.send([['Action', 'CoreStatus']])).toMatchObject({ type: 'answered' });
    expect(events).toEqual([]);
  });
});

describe('actions', () => {
  test('each of many concurrent actions gets its own answer, in any order', async () => {
    const link = await linkThatIsUp();
    const asked: Parameters<Parameters<ScriptedAmi['on']>[1]>[0][] = [];
    ami.on('Getvar', (action) => {
      asked.push(action);
      if (asked.length < 20) return;
      for (const each of asked.toReversed()) each.answer('Response: Success', `Value: ${each.get('Variable')}`);
    });
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        link.send([
          ['Action', 'Getvar'],
          ['Variable', `V${n}`],
        ]),
      ),
    );
    const values = replies.map((reply) => (reply.type === 'answered' ? reply.response.get('Value') : reply.type));
    expect(values).toEqual(Array.from({ length: 20 }, (_, n) => `V${n}`));
  });

  test('repeated headers are sent unchanged, one line each', async () => {
    const link = await linkThatIsUp();
    void link.send([
      ['Action', 'Originate'],
      ['Variable', 'A=1'],
      ['Variable', 'B=2'],
    ]);
    expect((await ami.next('Originate')).all('Variable')).toEqual(['A=1', 'B=2']);
  });

  test('repeated headers arrive, all of them', async () => {
    await linkThatIsUp();
    ami.send('Event: UserEvent', 'UserEvent: Test', 'ChanVariable: a=1', 'ChanVariable: b=2');
    await eventually(() => expect(events).toHaveLength(1));
    expect(events[0]?.all('ChanVariable')).toEqual(['a=1', 'b=2']);
  });

  test.each([
    ['CR LF', 'x\r\nAction: Originate'],
    ['a bare LF', 'x\nAction: Originate'],
    ['a bare CR', 'x\rAction: Originate'],
    ['NUL', 'x\0y'],
    ['a C1 control', 'x\u0085y'],
    ['a line separator', 'x\u2028y'],
  ])('%s in a value is refused and not a byte of it sent', async (_, value) => {
    const link = await linkThatIsUp();
    const before = ami.bytes;
    expect(
      await link.send([
        ['Action', 'Hangup'],
        ['Channel', value],
      ]),
    ).toEqual({ type: 'invalid', message: 'Channel holds a control character' });
    expect(
      await link.send([
        ['Action', 'Hangup'],
        [value, 'x'],
      ]),
    ).toMatchObject({ type: 'invalid' });
    ami.on('CoreStatus', (action) => action.answer('Response: Success'));
    await link.send([['Action', 'CoreStatus']]);
    expect(ami.bytes.slice(before.length)).toMatch(/^Action: CoreStatus\r\nActionID: redial-\d+\r\n\r\n$/);
  });

  test('a response with an unknown id is dropped', async () => {
    const link = await linkThatIsUp();
    const reply = link.send([['Action', 'Slow']]);
    const slow = await ami.next('Slow');
    ami.send('Response: Error', 'ActionID: redial-999', 'Message: not yours');
    ami.send('Response: Error', 'Message: of no action');
    slow.answer('Response: Success');
    expect(await reply).toMatchObject({ type: 'answered', response: { name: 'Success' } });
  });

  test('an unanswered action returns at its own deadline, and its late answer is dropped', async () => {
    const link = await linkThatIsUp();
    const reply = link.send([['Action', 'Slow']], { deadlineMs: 700 });
    const slow = await ami.next('Slow');
    timers.advance(700);
    expect(await reply).toEqual({ type: 'unanswered', message: 'no answer within 700 ms' });
    slow.answer('Response: Success');
    expect(await link.send([['Action', 'CoreStatus']])).toMatchObject({ type: 'answered' });
  });

  test('more unanswered actions than the limit are not sent', async () => {
    const link = await linkThatIsUp({ timing: { unansweredMax: 2 } });
    void link.send([['Action', 'Slow']]);
    void link.send([['Action', 'Slow']]);
    expect(await link.send([['Action', 'TooMuch']])).toEqual({
      type: 'not_sent',
      message: '2 actions wait for their answer',
    });
    await ami.next('Slow');
    (await ami.next('Slow')).answer('Response: Success');
    await eventually(async () =>
      expect(await link.send([['Action', 'CoreStatus']])).toMatchObject({ type: 'answered' }),
    );
    expect(actionsNamed('TooMuch')).toEqual([]);
  });

  test('a PBX that is busy but alive is kept, even at the limit of waiting actions', async () => {
    const link = await linkThatIsUp({ timing: { unansweredMax: 2 } });
    await ami.next('Ping');
    for (let n = 0; n < 2; n++) void link.send([['Action', 'Slow']], { deadlineMs: 60_000 });
    timers.advance(5_000);
    await ami.next('Ping');
    timers.advance(9_999);
    expect(log).toEqual(['up']);
    expect(link.isUp).toBe(true);
  });

  test('a PBX that answers nothing gets no more actions than the limit, and the next Ping cuts it off', async () => {
    const link = await linkThatIsUp({ timing: { unansweredMax: 50 } });
    await ami.next('Ping');
    for (const name of ['Ping', 'CoreStatus']) ami.on(name, () => {});
    const replies = Array.from({ length: 10_000 }, () => link.send([['Action', 'Slow']], { deadlineMs: 60_000 }));
    timers.advance(5_000);
    await ami.next('Ping');
    timers.advance(10_000);
    const types = (await Promise.all(replies)).map(({ type }) => type);
    expect(types.slice(0, 50)).toEqual(Array.from({ length: 50 }, () => 'unanswered'));
    expect(new Set(types.slice(50))).toEqual(new Set(['not_sent']));
    expect(actionsNamed('Slow').length).toBeLessThanOrEqual(50);
    expect(log).toEqual(['up', 'down: the PBX did not answer a Ping within 10000 ms']);
    await ami.allClosed();
  });

  test('the id of a waiting action cannot be used for another action', async () => {
    const link = await linkThatIsUp();
    void link.send([['Action', 'Slow']], { actionId: 'mine' });
    expect(() => link.send([['Action', 'Slow']], { actionId: 'mine' })).toThrow('already waiting');
  });

  test('a list returns whole, without events of other actions or of none', async () => {
    const link = await linkThatIsUp();
    ami.on('Status', (action) => {
      const id = `ActionID: ${action.get('ActionID')}`;
      action.answer('Response: Success', 'EventList: start');
      ami.send('Event: Status', 'Uniqueid: 1', id);
      ami.send('Event: Status', 'Uniqueid: other', 'ActionID: someone');
      ami.send('Event: UserEvent', 'UserEvent: Live');
      ami.send('Event: Status', 'Uniqueid: 2', id);
      ami.send('Event: StatusComplete', 'EventList: Complete', 'ListItems: 2', id);
    });
    const reply = await link.sendForList([['Action', 'Status']]);
    expect(reply.type === 'answered' && reply.events.map((event) => event.get('Uniqueid'))).toEqual(['1', '2']);
    expect(events.map((event) => event.get('UserEvent'))).toEqual(['Live']);
  });

  test('a list that is refused returns the refusal', async () => {
    const link = await linkThatIsUp();
    ami.on('DBGet', (action) => action.answer('Response: Error', 'Message: Database entry not found'));
    const reply = await link.sendForList([['Action', 'DBGet']]);
    expect(reply.type === 'answered' && reply.response.get('Message')).toBe('Database entry not found');
  });

  test('a list without end counts as no answer, and is not kept', async () => {
    const link = await linkThatIsUp({ timing: { listEventsMax: 3 } });
    ami.on('Status', (action) => {
      const id = `ActionID: ${action.get('ActionID')}`;
      action.answer('Response: Success', 'EventList: start');
      for (let n = 1; n <= 10; n++) ami.send('Event: Status', `Uniqueid: ${n}`, id);
    });
    expect(await link.sendForList([['Action', 'Status']])).toEqual({
      type: 'unanswered',
      message: 'a list of more than 3 events',
    });
  });
});

describe('events', () => {
  test('an event that is not subscribed is counted by name and not parsed', async () => {
    await linkThatIsUp();
    ami.send('Event: VarSet', 'Variable: X');
    await eventually(() => expect(log).toEqual(['up', 'other VarSet']));
  });

  test('an event called error does not end the process', async () => {
    await linkThatIsUp();
    ami.send('Event: error', 'Message: boo');
    await eventually(() => expect(log).toEqual(['up', 'other error']));
  });

  test('an event torn over many chunks arrives whole, a letter of two bytes included', async () => {
    const link = await linkThatIsUp();
    const bytes = Buffer.from('Event: UserEvent\r\nUserEvent: Zoë\r\nJournal: a|b\r\n\r\n');
    // Each piece is sent when the previous action is answered, so that the pieces stay apart.
    for (const byte of bytes) {
      ami.on('Piece', (action) => action.raw(Buffer.of(byte)));
      void link.send([['Action', 'Piece']]);
      await ami.next('Piece');
    }
    await eventually(() => expect(events).toHaveLength(1));
    expect(events[0]?.headers).toEqual([
      ['Event', 'UserEvent'],
      ['UserEvent', 'Zoë'],
      ['Journal', 'a|b'],
    ]);
  });
});

describe('losing the PBX', () => {
  test('one down for one disconnect; actions under way return unanswered and are never sent again', async () => {
    const link = await linkThatIsUp();
    const reply = link.send([['Action', 'Originate']]);
    await ami.next('Originate');
    ami.cut();
    expect(await reply).toMatchObject({ type: 'unanswered' });
    await eventually(() => expect(link.isUp).toBe(false));
    timers.advance(250);
    await eventually(() => expect(link.isUp).toBe(true));
    expect(log).toEqual(['up', expect.stringMatching(/^down: /), 'up']);
    expect(actionsNamed('Originate')).toHaveLength(1);
  });

  test('while it is down, actions return not_sent at once, and are not sent later', async () => {
    const link = await linkThatIsUp();
    ami.cut();
    await eventually(() => expect(link.isUp).toBe(false));
    expect(await link.send([['Action', 'Originate']])).toMatchObject({ type: 'not_sent' });
    timers.advance(250);
    await eventually(() => expect(link.isUp).toBe(true));
    expect(actionsNamed('Originate')).toEqual([]);
  });

  test('a silent PBX with an open socket is detected by Ping', async () => {
    const link = await linkThatIsUp();
    const reply = link.send([['Action', 'Slow']], { deadlineMs: 60_000 });
    ami.on('Ping', () => {});
    await ami.next('Ping');
    timers.advance(5_000);
    await ami.next('Ping');
    expect(link.isUp).toBe(true);
    timers.advance(10_000);
    expect(await reply).toMatchObject({ type: 'unanswered' });
    expect(link.isUp).toBe(false);
    expect(log).toEqual(['up', 'down: the PBX did not answer a Ping within 10000 ms']);
    await ami.allClosed();
  });

  test('it stays up while Pings are answered', async () => {
    const link = await linkThatIsUp();
    await ami.next('Ping');
    for (let n = 0; n < 3; n++) {
      await eventually(() => expect(timers.pending).toEqual([5_000]));
      timers.advance(5_000);
      await ami.next('Ping');
    }
    expect(link.isUp).toBe(true);
    expect(ami.connections).toBe(1);
  });

  test('it retries without end, ever more slowly, with a new client; each reason is reported once', async () => {
    ami.on('login', (action) => action.answer('Response: Error', 'Message: Authentication failed'));
    const link = newLink();
    link.start();
    for (const waitMs of [250, 500, 1_000, 2_000, 4_000, 7_500]) {
      await eventually(() => expect(timers.pending).toEqual([waitMs]));
      timers.advance(waitMs);
    }
    await eventually(() => expect(timers.pending).toEqual([7_500]));
    ami.on('login', (action) => action.answer('Response: Success', 'Message: Authentication accepted'));
    timers.advance(7_500);
    await eventually(() => expect(link.isUp).toBe(true));
    expect(log).toEqual(['down: the PBX refused the login: Authentication failed', 'up']);
    expect(ami.connections).toBe(8);

    // Once it was up, the next loss starts a new count.
    ami.cut();
    await eventually(() => expect(link.isUp).toBe(false));
    expect(timers.pending).toEqual([250]);
  });

  test('stopped, it closes its connection, returns what was under way, and does not reconnect', async () => {
    const link = await linkThatIsUp();
    const reply = link.send([['Action', 'Slow']]);
    await ami.next('Slow');
    await link.stop();
    expect(await reply).toEqual({ type: 'unanswered', message: 'stopped' });
    await ami.allClosed();
    expect(timers.pending).toEqual([]);
    expect(log).toEqual(['up', 'down: stopped']);
  });

  test('stopped while it logs in or waits, it leaves nothing behind', async () => {
    ami.on('login', () => {});
    const inLogin = newLink();
    inLogin.start();
    await ami.next('login');
    await inLogin.stop();
    await ami.allClosed();
    ami.on('login', (action) => action.cut());
    const inBackOff = newLink();
    inBackOff.start();
    await eventually(() => expect(timers.pending).toEqual([250]));
    await inBackOff.stop();
    expect(timers.pending).toEqual([]);
  });
});
