import { manualTimers } from '@redial/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ScriptedAmi, startScriptedAmi } from '../../testing/scripted-ami.ts';
import { type AmiSession, largestPacketBytes, openAmiSession } from './ami-session.ts';

let ami: ScriptedAmi;
let closed: string[];
let packets: string[];
let onClosed: () => void;

beforeEach(async () => {
  ami = await startScriptedAmi();
  closed = [];
  packets = [];
  onClosed = () => {};
});

afterEach(() => ami.stop());

async function opened(): Promise<AmiSession> {
  const result = await openAmiSession({
    access: { host: '127.0.0.1', port: ami.port, username: 'redial', secret: 'secret' },
    loginDeadlineMs: 1_000,
    timers: manualTimers(),
    onPacket: (text) => void packets.push(text),
    onClosed: (reason) => {
      closed.push(reason);
      onClosed();
    },
  });
  if (!result.ok) throw new Error(result.reason);
  return result.value;
}

test('packets come whole and one by one, for any chunks', async () => {
  const session = await opened();
  ami.on('Go', (action) => {
    action.raw('Event: A\r\nX: 1\r\n\r\nEvent: B\r\n\r\nEvent: C\r\n');
    action.raw('Y: 2\r\n\r\n');
    action.cut();
  });
  const ended = new Promise<void>((resolve) => {
    onClosed = resolve;
  });
  session.write('Action: Go\r\nActionID: 1');
  await ended;
  expect(packets).toEqual(['Event: A\r\nX: 1', 'Event: B', 'Event: C\r\nY: 2']);
});

test('the end is reported once, although the client reports it twice', async () => {
  const session = await opened();
  const ended = new Promise<void>((resolve) => {
    onClosed = resolve;
  });
  ami.cut();
  await ended;
  session.destroy();
  await ami.allClosed();
  expect(closed).toHaveLength(1);
});

test('a destroyed session does not report its end', async () => {
  const session = await opened();
  session.destroy();
  session.destroy();
  await ami.allClosed();
  expect(closed).toEqual([]);
});

test('writing to a destroyed session does nothing', async () => {
  const session = await opened();
  session.destroy();
  session.write('Action: Originate');
  await ami.allClosed();
  expect(ami.bytes).not.toContain('Originate');
});

test.each([
  ['a line', 'X'.repeat(16_384)],
  ['lines', 'X: 1\r\n'.repeat(2_000)],
  ['a command’s output', 'Response: Follows\r\n\r\n'.repeat(700)],
])('%s without end is not kept: the session ends', async (_what, piece) => {
  await opened();
  const ended = new Promise<void>((resolve) => {
    onClosed = resolve;
  });
  let sent = 0;
  const flood = setInterval(() => {
    ami.write(piece);
    sent += piece.length;
  }, 1);
  await ended;
  clearInterval(flood);
  await ami.allClosed();
  expect(closed).toEqual([`the connection broke: a packet of more than ${largestPacketBytes} bytes`]);
  expect(sent).toBeLessThan(4 * largestPacketBytes);
  expect(packets.filter((text) => text.startsWith('X'))).toEqual([]);
});

test('a login that is answered by endless bytes is given up', async () => {
  ami.on('login', (action) => action.raw('X'.repeat(2 * largestPacketBytes)));
  const result = await openAmiSession({
    access: { host: '127.0.0.1', port: ami.port, username: 'redial', secret: 'secret' },
    loginDeadlineMs: 1_000,
    timers: manualTimers(),
    onPacket: () => {},
    onClosed: () => {},
  });
  expect(result).toMatchObject({ ok: false, reason: `the PBX sent a packet of more than ${largestPacketBytes} bytes` });
  await ami.allClosed();
});

test('a destroyed session is reset: unsent bytes are dropped, and never arrive late', async () => {
  const session = await opened();
  session.destroy();
  await ami.allClosed();
  expect(ami.resets).toBe(1);
});
