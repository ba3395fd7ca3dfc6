import { expect, test } from 'vitest';
import { eventNameOf, parsePacket } from './ami-packet.ts';

test('an event is read with its headers in order, repeated ones included', () => {
  const packet = parsePacket('Event: Hangup\r\nCause: 17\r\nChanVariable: a=1\r\nChanVariable: b: 2\r\nEmpty: ');
  expect(packet).toMatchObject({ kind: 'event', name: 'Hangup' });
  expect(packet?.get('Cause')).toBe('17');
  expect(packet?.get('Empty')).toBe('');
  expect(packet?.get('cause')).toBeUndefined();
  expect(packet?.all('ChanVariable')).toEqual(['a=1', 'b: 2']);
});

test('a value keeps its spaces, except the one behind the colon', () => {
  expect(parsePacket('Event: X\r\nA:  b \r\nC:d')?.headers.slice(1)).toEqual([
    ['A', ' b '],
    ['C', 'd'],
  ]);
});

test('a response is one even where an event has a header called Response', () => {
  expect(parsePacket('Response: Success\r\nActionID: 1')).toMatchObject({ kind: 'response', name: 'Success' });
  expect(parsePacket('Event: OriginateResponse\r\nResponse: Failure')).toMatchObject({
    kind: 'event',
    name: 'OriginateResponse',
  });
});

test.each(['Asterisk Call Manager/11.0.0', 'rivilege: call,all\r\nCause: 17', ''])('%j is no packet', (text) => {
  expect(parsePacket(text)).toBeUndefined();
});

test('a line without a name is skipped', () => {
  expect(parsePacket('Event: X\r\n: y\r\nnothing\r\nA: b')?.headers).toEqual([
    ['Event', 'X'],
    ['A', 'b'],
  ]);
});

test('the name of an event is known without its headers', () => {
  expect(eventNameOf('Event: VarSet\r\nA: b')).toBe('VarSet');
  expect(eventNameOf('Event: VarSet')).toBe('VarSet');
  expect(eventNameOf('Response: Success')).toBeUndefined();
});
