import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  decodeAttempt,
  decodeCall,
  decodeCdr,
  decodeDelivery,
  encodeCall,
  MalformedRecord,
  unlessMalformed,
} from './documents.ts';

/** What an earlier version left behind: whole records, written by the code that read them. */
const fixture: { readonly keys: Record<string, { readonly value: string & Record<string, string> }> } = JSON.parse(
  readFileSync(new URL('../../../../test/fixtures/records-52faa3e/records.json', import.meta.url), 'utf8'),
);
const valuesOf = (kind: string) =>
  Object.entries(fixture.keys)
    .filter(([key]) => key.includes(`:${kind}:`))
    .map(([, { value }]) => value);
const jsonOfCall = (value: string) => JSON.parse(value.slice(value.indexOf(' ')));
const callWhoseStateIs = (status: string) =>
  valuesOf('call')
    .map(jsonOfCall)
    .find((call) => call.state.status === status);

const [call, dialing, ended] = ['scheduled', 'dialing', 'exhausted'].map(callWhoseStateIs);
const attempt = valuesOf('attempt')
  .map(({ doc }) => JSON.parse(doc ?? ''))
  .find((record) => record.ended !== undefined);
const cdr = JSON.parse(valuesOf('cdr')[0] ?? '');
const delivery = JSON.parse(valuesOf('delivery')[0] ?? '');

type Json = Record<string, unknown>;
/** A record in which one field, named by its path, is something else; undefined: is missing. */
function damaged(record: Json, path: string, value: unknown): Json {
  const copy = structuredClone(record);
  const names = path.split('.');
  const last = names.pop() ?? '';
  const instanceId = names.reduce((at: Json, name) => at[name] as Json, copy);
  instanceId[last] = value;
  return JSON.parse(JSON.stringify(copy));
}

describe('what an earlier version wrote', () => {
  it('is read, all of it', () => {
    for (const value of valuesOf('call')) expect(decodeCall('key', value)?.value).toEqual(jsonOfCall(value));
    for (const { v = null, doc = null } of valuesOf('attempt'))
      expect(decodeAttempt('key', [v, doc, null, null, null])?.value).toEqual(JSON.parse(doc ?? ''));
    for (const value of valuesOf('cdr')) expect(decodeCdr('key', value)).toEqual(JSON.parse(value));
    for (const value of valuesOf('delivery')) expect(decodeDelivery('key', value)).toEqual(JSON.parse(value));
    expect(['call', 'attempt', 'cdr', 'delivery'].map((kind) => valuesOf(kind).length > 0)).not.toContain(false);
  });
});

it('what a later version adds, at whatever depth, is kept', () => {
  const added = (record: Json, ...paths: string[]) =>
    paths.reduce((made, path) => damaged(made, path, { new: [1] }), record);
  const later = added(
    call,
    'later',
    'request.later',
    'request.dial1.later',
    'state.later',
    'request.retryPolicy.later',
  );
  expect(decodeCall('key', encodeCall(1, later as never))?.value).toEqual(later);
  const attempted = added(attempt, 'later', 'plan.later', 'ended.outcome.later', 'ended.evidence.later');
  expect(decodeAttempt('key', ['1', JSON.stringify(attempted), null, null, null])?.value).toEqual(attempted);
  const told = added(cdr, 'later', 'dial1.later', 'evidence.later');
  expect(decodeCdr('key', JSON.stringify(told))).toEqual(told);
  const sent = added(delivery, 'later');
  expect(decodeDelivery('key', JSON.stringify(sent))).toEqual(sent);
});

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
    '1 {"id":"call_1","state":{"status":"queued"},"request":{}}',
    `x ${JSON.stringify(call)}`,
    `01 ${JSON.stringify(call)}`,
    ` ${JSON.stringify(call)}`,
  ])('is refused when it is %j, without quoting it', (raw) => {
    expect(() => decodeCall('key', raw)).toThrow(new MalformedRecord('key'));
  });

  it.each([
    ['acceptedAt', null],
    ['acceptedAt', 1e300],
    ['acceptedAt', '1'],
    ['tenantId', undefined],
    ['dialect', 1],
    ['reference', null],
    ['history', undefined],
    ['history', [null]],
    ['history', [{ attemptId: 'att_1' }]],
    ['request', { dial1: 1 }],
    ['request.dial1', 1],
    ['request.dial2', null],
    ['request.dial2', { kind: 'number' }],
    ['request.dial2', { kind: 'pigeon' }],
    ['request.notBeforeAt', 'soon'],
    ['request.expiresAt', {}],
    ['request.retryPolicy', 7],
    ['request.retryPolicy.networkBudget', undefined],
    ['request.variables', { A: 1 }],
    ['request.headers', {}],
    ['request.clientInfo', 1],
    ['request.recording', true],
    ['state.status', 'nonsense'],
    ['state.dueAt', 'x'],
    ['state.attemptId', undefined],
    ['gateNote', 1],
    ['gateNote', { gate: 'window', decision: 'defer', reason: 'closed', at: 1, until: 'later' }],
  ])('is refused when its %s is %j', (path, value) => {
    const raw = `1 ${JSON.stringify(damaged(call, path, value))}`;
    expect(() => decodeCall('key', raw)).toThrow(new MalformedRecord('key'));
  });

  it('is refused when it is under way or has ended, and does not say since when', () => {
    for (const [record, path] of [
      [dialing, 'state.startedAt'],
      [ended, 'state.endedAt'],
      [ended, 'state.reason'],
    ] as const) {
      expect(() => decodeCall('key', `1 ${JSON.stringify(damaged(record, path, null))}`)).toThrow(MalformedRecord);
    }
  });
});

describe('an attempt in Redis', () => {
  const doc = JSON.stringify(attempt);

  it('comes back with the progress noted beside it', () => {
    const read = decodeAttempt('key', ['1', doc, '100', '200', '17.1']);
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
    expect(() => decodeAttempt('key', [null, doc, null, null])).toThrow(MalformedRecord);
    expect(() => decodeAttempt('key', ['01', doc, null, null])).toThrow(MalformedRecord);
    expect(() => decodeAttempt('key', ['1', '{}', null, null])).toThrow(MalformedRecord);
    expect(() => decodeAttempt('key', ['1', '{"id":"a","callId":"c","plan":{}}', null, null])).toThrow(MalformedRecord);
  });

  it.each([
    ['limits', undefined],
    ['limits', [1]],
    ['plan', {}],
    ['slot', null],
    ['originatedAt', 'x'],
    ['ended', true],
    ['ended.outcome', undefined],
    ['ended.outcome.dial1', null],
    ['ended.evidence', null],
    ['ended.evidence', { dial1Hangup: 1 }],
  ])('is refused when its %s is %j', (path, value) => {
    const raw = JSON.stringify(damaged(attempt, path, value));
    expect(() => decodeAttempt('key', ['1', raw, null, null])).toThrow(new MalformedRecord('key'));
  });

  it('whose noted progress is no instant is refused', () => {
    expect(() => decodeAttempt('key', ['1', doc, 'soon', null])).toThrow(MalformedRecord);
  });
});

it.each([
  ['dial1', undefined],
  ['dial2.destination', undefined],
  ['evidence', undefined],
  ['endedAt', null],
  ['talkMs', 'long'],
  ['reference', undefined],
  ['recording', {}],
])('a CDR is refused when its %s is %j', (path, value) => {
  expect(() => decodeCdr('key', JSON.stringify(damaged(cdr, path, value)))).toThrow(new MalformedRecord('key'));
});

it.each([
  ['tenantId', undefined],
  ['status', 'lost'],
  ['createdAt', null],
  ['tries', undefined],
  ['lastTryAt', 'x'],
  ['lastError', {}],
])('a delivery is refused when its %s is %j', (path, value) => {
  expect(() => decodeDelivery('key', JSON.stringify(damaged(delivery, path, value)))).toThrow(
    new MalformedRecord('key'),
  );
});

it('a CDR or delivery of which nothing but the id is left is refused', () => {
  for (const decode of [decodeCdr, decodeDelivery]) {
    expect(() => decode('key', '{"id":"a"}')).toThrow(MalformedRecord);
    expect(decode('key', null)).toBeUndefined();
  }
});

it('among many, a damaged record is left out and its key told; any other failure is one of the read', () => {
  const keys: string[] = [];
  const tell = (key: string): void => void keys.push(key);
  expect(unlessMalformed(tell, () => decodeDelivery('a', JSON.stringify(delivery)))).toEqual(delivery);
  expect(unlessMalformed(tell, () => decodeDelivery('b', '{'))).toBeUndefined();
  expect(keys).toEqual(['b']);
  const broken = (): never => {
    throw new TypeError('a bug');
  };
  expect(() => unlessMalformed(tell, broken)).toThrow(TypeError);
});
