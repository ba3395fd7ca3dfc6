import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { InviteLog, parseInvite } from './sip-invites.ts';

const record = (user: string, callId: string) =>
  [
    '>>> 1795224384.000000 241930.000000',
    `INVITE sip:${user}@127.0.0.1:29568 SIP/2.0`,
    'From: "Redial" <sip:0860000000@127.0.0.1>;tag=a',
    `To: <sip:${user}@127.0.0.1>`,
    `Call-ID: ${callId}`,
    'CSeq: 1 INVITE',
    'X-One: a: b',
    'Content-Length: 0',
    '',
    '',
    '<<<\n',
  ].join('\r\n');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'redial-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('an INVITE is read from the phone’s log', () => {
  expect(parseInvite(record('+27820000001', 'c1'), 'carrier')).toEqual({
    at: 1795224384241,
    phone: 'carrier',
    user: '+27820000001',
    from: '0860000000',
    fromName: 'Redial',
    callId: 'c1',
    headers: { 'X-One': 'a: b' },
  });
});

test('an INVITE without logged microseconds is read too', () => {
  const logged = record('+27820000001', 'c1').replace(' 241930.000000', ' ');
  expect(parseInvite(logged, 'carrier')).toMatchObject({ at: 1795224384000, user: '+27820000001' });
});

test('a name beside the caller ID is read unchanged, and a missing one is empty', () => {
  // The log is read byte by byte.
  const name = Buffer.from('Böhm').toString('latin1');
  expect(parseInvite(record('1', 'c').replace('Redial', name), 'agents')).toMatchObject({ fromName: 'Böhm' });
  expect(parseInvite(record('1', 'c').replace('"Redial" ', ''), 'agents')).toMatchObject({ fromName: '' });
});

test('a retransmission is no second INVITE, and a half-written record waits for its end', () => {
  const file = join(folder, 'log');
  const log = new InviteLog(file, 'agents');
  expect(log.readNew()).toEqual([]);
  const second = record('1001', 'c2');
  writeFileSync(file, record('1000', 'c1') + record('1000', 'c1') + second.slice(0, 80));
  expect(log.readNew().map((invite) => invite.user)).toEqual(['1000']);
  appendFileSync(file, second.slice(80));
  expect(log.readNew().map((invite) => invite.user)).toEqual(['1001']);
});
