import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Simulator, type SimulatorOptions, startSimulator } from './simulator.ts';

const access = { username: 'redial', secret: 'secret' };
const attempt = 'att_01SMVATR000000000000000001';
const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function start(options: Partial<SimulatorOptions> = {}): Promise<Simulator> {
  const simulator = await startSimulator({ ...access, speed: 20, ...options });
  cleanUps.push(() => simulator.stop());
  return simulator;
}

interface Client {
  readonly socket: Socket;
  text(): string;
  receives(pattern: RegExp): Promise<RegExpExecArray>;
  send(...lines: string[]): void;
}

async function client(simulator: Simulator): Promise<Client> {
  const socket = connect(simulator.port, simulator.host);
  let text = '';
  socket.on('data', (bytes) => {
    text += bytes.toString('latin1');
  });
  socket.on('error', () => {});
  cleanUps.push(() => socket.destroy());
  const receives = (pattern: RegExp) =>
    vi.waitFor(() => {
      const found = pattern.exec(text);
      if (found === null) throw new Error(`${pattern} is not in ${text}`);
      return found;
    }, 30_000);
  const one: Client = {
    socket,
    receives,
    text: () => text,
    send: (...lines) => socket.write(`${lines.join('\r\n')}\r\n\r\n`),
  };
  await one.receives(/^Asterisk Call Manager/);
  return one;
}

async function loggedIn(simulator: Simulator): Promise<Client> {
  const one = await client(simulator);
  one.send('Action: Login', 'Username: redial', 'Secret: secret', 'ActionID: in');
  await one.receives(/ActionID: in\r\nMessage: Authentication accepted/);
  return one;
}

function originate(to: Client, dial1: string, dial2 = 'PJSIP/27820000001@carrier', id = attempt): void {
  to.send(
    ...[
      'Action: Originate',
      `ActionID: ${id}`,
      `ChannelId: ${id}`,
      `Channel: ${dial1}`,
      'Context: redial',
      'Exten: connect',
    ],
    ...['Priority: 1', 'Async: true', 'Timeout: 60000', `Variable: REDIAL_ATTEMPT=${id}`, 'Variable: REDIAL_SLOT=7'],
    ...[`Variable: REDIAL_DIAL2_CHANNEL=${dial2}`, 'Variable: REDIAL_DIAL2_RING_SECONDS=5'],
  );
}

describe('startSimulator', () => {
  it('given a login by challenge, when the key is right, then it is accepted', async () => {
    const one = await client(await start());
    one.send('Action: Challenge', 'AuthType: MD5');
    const [, challenge = ''] = await one.receives(/Challenge: (\d+)/);
    const key = createHash('md5').update(`${challenge}secret`).digest('hex');
    one.send('Action: Login', 'AuthType: MD5', 'Username: redial', `Key: ${key}`);

    await one.receives(/Authentication accepted/);
  });

  it('given bytes of any kind, when sent, then received() has every one of them', async () => {
    const simulator = await start();
    const one = await client(simulator);
    one.socket.write(Buffer.from([0x00, 0xff, 0x0a, 0x41]));

    await vi.waitFor(() => expect(simulator.received()).toBe('\x00\xff\nA'), 30_000);
  });

  it('given sessions, when cut, then all are closed and calls go on', async () => {
    const simulator = await start();
    const one = await loggedIn(simulator);
    originate(one, 'PJSIP/1100');
    await one.receives(/ChannelStateDesc: Ringing/);
    expect(simulator.sessions).toBe(1);
    const closed = new Promise((resolve) => one.socket.once('close', resolve));
    simulator.cut();
    await closed;
    expect(simulator.sessions).toBe(0);

    const other = await loggedIn(simulator);
    other.send('Action: Status', `Channel: ${attempt}`);
    await other.receives(/Event: Status\r\n.*ChannelStateDesc: Ringing/s);
  });

  it('given a black hole, when it ends, then the held-back data arrive', async () => {
    const simulator = await start();
    const one = await loggedIn(simulator);
    const heal = simulator.blackhole();
    one.send('Action: Ping', 'ActionID: late');
    const before = one.text();
    const late = client(simulator);
    heal();

    await one.receives(/ActionID: late\r\nPing: Pong/);
    expect(before).not.toContain('late');
    await late;
  });

  it('given a call that talks, when restarted, then it is gone without an event, and its journal and another start are there', async () => {
    const simulator = await start();
    const one = await loggedIn(simulator);
    originate(one, 'PJSIP/1000');
    await simulator.phones.waitForInvite(({ user }) => user === '27820000001');
    one.send('Action: CoreStatus');
    const [, started] = await one.receives(/CoreStartupTime: (\S+)/);
    simulator.restart();

    const other = await loggedIn(simulator);
    other.send('Action: DBGet', 'Family: redial', 'Key: 7');
    await other.receives(new RegExp(`Val: ${attempt}\\|answered\\|`));
    other.send('Action: CoreStatus');
    const [, restarted] = await other.receives(/CoreStartupTime: (\S+)/);
    expect(restarted).not.toBe(started);
    other.send('Action: Status', `Channel: ${attempt}`);
    await other.receives(/No such channel/);
    expect(one.text()).not.toContain('Event: Hangup');
  });

  it('given a file for AstDB, when another simulator starts with it, then the journal is there', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'redial-simulator-'));
    cleanUps.push(() => rmSync(folder, { recursive: true }));
    const astDbFile = join(folder, 'deep', 'astdb');
    const first = await start({ astDbFile });
    const one = await loggedIn(first);
    originate(one, 'PJSIP/1000', 'PJSIP/27820020001@carrier');
    await one.receives(/Event: UserEvent/);
    await first.stop();

    const other = await loggedIn(await start({ astDbFile }));
    other.send('Action: DBGet', 'Family: redial', 'Key: 7');
    await other.receives(new RegExp(`Val: ${attempt}\\|ended\\|BUSY\\|17\\|`));
  });

  it('given a talk time, when neither side would hang up, then dial2 hangs up after it', async () => {
    const one = await loggedIn(await start({ talkMs: 500 }));
    originate(one, 'PJSIP/1000');

    const [, journal = ''] = await one.receives(/Journal: (\S+)/);
    expect(journal).toContain('|ended|ANSWER|16|dial2|');
  });

  it('given a behaviour of its own, when the number is dialled, then it behaves so', async () => {
    const simulator = await start();
    simulator.setBehaviour('1000', { kind: 'refuses', sipCode: 503 });
    const one = await loggedIn(simulator);
    originate(one, 'PJSIP/1000');

    await one.receives(/Event: Hangup\r\n.*Cause: 34\r\n.*TechCause: 503/s);
  });

  it('given trunks, when a number goes by another one, then it fails without a channel', async () => {
    const simulator = await start({ trunks: ['carrier'] });
    const one = await loggedIn(simulator);
    originate(one, 'PJSIP/27820000001@elsewhere');

    await one.receives(/Event: OriginateResponse\r\n.*Response: Failure\r\n.*Reason: 0/s);
    expect(one.text()).not.toContain('Event: Hangup');
    expect(simulator.phones.invites()).toEqual([]);
  });

  it('given no recording, when used, then nothing is kept', async () => {
    const simulator = await start({ recording: false });
    const one = await loggedIn(simulator);
    originate(one, 'PJSIP/1200');
    await one.receives(/Event: OriginateResponse/);

    expect([simulator.received(), simulator.phones.invites()]).toEqual(['', []]);
  });
});
