import type { Call } from '@redial/call';
import { describe, expect, it } from 'vitest';
import { decodeAttempt, decodeCall, decodePlain, encodeCall, MalformedRecord, unlessMalformed } from './documents.ts';

const call = { id: 'call_1', state: { status: 'queued' }, request: {}, reference: 'two words' } as unknown as Call;
const attempt = { id: 'att_1', callId: 'call_1', plan: {} };

describe('a call in Redis', () => {
  it('comes back as it was written, with its version', () => {
    expect(decodeCall('key', encodeCall(17, call))).toEqual({ value: call, version: 17 });
  });

  it('is undefined where there is none', () => {
    expect(decodeCall('key', null)).toBeUndefined();
  });

  it.each([
    '',
    '1',
    '{"id":1}',
    '1 {"id"',
    '1 []',
    '1 null',
    '1 {"id":"call_1"}',
    '1 {"id":"call_1","state":null,"request":{}}',
    'x {"id":1,"state":{},"request":{}}',
  ])('is refused when it is %j, without quoting it', (raw) => {
    expect(() => decodeCall('key', raw)).toThrow(new MalformedRecord('key'));
  });
});

describe('an attempt in Redis', () => {
  it('comes back with the progress noted beside it', () => {
    const read = decodeAttempt('key', ['1', JSON.stringify(attempt), '100', '200', '17.1']);
    const progress = { ringingAt: 100, answeredAt: 200, dial2UniqueId: '17.1' };
    expect(read).toEqual({ value: { ...attempt, ...progress }, version: 1 });
  });

  it('believes its document before the progress', () => {
    expect(
      decodeAttempt('key', ['2', JSON.stringify({ ...attempt, ringingAt: 5 }), '100', null])?.value.ringingAt,
    ).toBe(5);
  });

  it('is undefined where there is none, and refused when it is half there', () => {
    expect(decodeAttempt('key', [null, null, null, null])).toBeUndefined();
    expect(() => decodeAttempt('key', ['1', null, null, null])).toThrow(MalformedRecord);
    expect(() => decodeAttempt('key', [null, JSON.stringify(attempt), null, null])).toThrow(MalformedRecord);
    expect(() => decodeAttempt('key', ['1', '{}', null, null])).toThrow(MalformedRecord);
  });
});

it('a CDR or delivery without an id is refused', () => {
  expect(() => decodePlain('key', '{}')).toThrow(MalformedRecord);
  expect(decodePlain('key', '{"id":"a"}')).toEqual({ id: 'a' });
});

it('among many, a damaged record is left out and its key told; any other failure is one of the read', () => {
  const keys: string[] = [];
  const tell = (key: string): void => void keys.push(key);
  expect(unlessMalformed(tell, () => decodePlain('a', '{"id":"a"}'))).toEqual({ id: 'a' });
  expect(unlessMalformed(tell, () => decodePlain('b', '{'))).toBeUndefined();
  expect(keys).toEqual(['b']);
  const broken = (): never => {
    throw new TypeError('a bug');
  };
  expect(() => unlessMalformed(tell, broken)).toThrow(TypeError);
});
