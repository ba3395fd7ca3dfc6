import { readFileSync } from 'node:fs';
import {
  type AttemptRecord,
  acceptCall,
  type Call,
  cdrOf,
  type Delivery,
  type Evidence,
  outcomeOf,
  stepCall,
} from '@redial/call';
import { Packr } from 'msgpackr';
import { describe, expect, it } from 'vitest';
import {
  attemptFields,
  decodeAttempt,
  decodeCall,
  decodeCdr,
  decodeDelivery,
  encodeAttempt,
  encodeCall,
  encodeDelivery,
  encodeEndedAttempt,
  unlessMalformed,
  versionBytes,
} from './documents.ts';
import { MalformedRecord, UnknownForm } from './malformed-record.ts';
import { pack, unpack } from './packed.ts';

const at = Date.UTC(2026, 2, 28, 12);
const [callId, attemptId] = ['call_01JZ3R4M8Q00XK2T7B5N0CDEFG', 'att_01JZ3R4M8Q00XK2T7B5N0CDEFH'] as const;
const call = acceptCall({
  id: callId as Call['id'],
  attemptId: attemptId as AttemptRecord['id'],
  tenantId: 'acme',
  dialect: 'v1',
  reference: 'order-1',
  request: {
    dial1: { kind: 'extension', extension: '1001' },
    dial2: { kind: 'number', e164: '27820001234', trunk: 'carrier' },
    dial1RingTimeoutSeconds: 30,
    dial2RingTimeoutSeconds: 45,
    talkLimitSeconds: 3_600,
    notBeforeAt: at + 60_000,
    retryPolicy: {
      maxRetries: 0,
      delaySeconds: 300,
      perDisposition: { busy: { delaySeconds: 60, backoff: 'linear' } },
      until: 'connected',
      networkBudget: { maxRetries: 5, windowSeconds: 1_800, delaySeconds: 15 },
      retryUnknown: false,
    },
    variables: { CAMPAIGN: 'spring', id: 'a client may name its variables as it likes' },
    headers: { dial1: {}, dial2: { 'X-Order': '1' } },
    priority: 5,
  },
  at,
}).call;
const dialing = stepCall(call, { type: 'dial', attemptId: attemptId as AttemptRecord['id'], at }).call;
const open: AttemptRecord = {
  id: attemptId as AttemptRecord['id'],
  callId: call.id,
  tenantId: 'acme',
  attemptNumber: 1,
  dueAt: at,
  plan: {
    dial1RingTimeoutMs: 30_000,
    dial2RingTimeoutMs: 45_000,
    talkLimitMs: 3_600_000,
    legs: { dial1: 'extension', dial2: 'trunk' },
  },
  pbx: 'main',
  pbxStartedAt: 'boot-1',
  slot: 7,
  limits: ['pbx.main', 'trunk.carrier'],
  legLimits: { dial1: [], dial2: [] },
  originatedAt: at,
  claimedBy: 'run.1',
};
const evidence: Evidence = {
  dial1Hangup: { cause: 17, sipCode: 486, at: at + 5_000 },
  originateFailed: { reason: 0, at: at + 5_000 },
};
const outcome = outcomeOf(evidence, at + 5_000);
const nextAttemptId = 'att_01JZ3R4M8Q00XK2T7B5N0CDEFJ' as AttemptRecord['id'];
const ended = stepCall(dialing, { type: 'settle', attemptId: open.id, at: at + 5_000, outcome, nextAttemptId }).call;
const attempt: AttemptRecord = { ...open, ended: { outcome, evidence, settledAt: at + 5_001, reportedBy: 'dialer' } };
const cdr = cdrOf(ended, attempt, outcome, evidence);
const delivery: Delivery = {
  id: `${attemptId}.crm`,
  tenantId: 'acme',
  callId: call.id,
  attemptId: open.id,
  sink: 'crm',
  status: 'pending',
  createdAt: at,
  tries: 0,
};

const keys = { attempt: 'attempt', cdr: 'cdr' };
const deliveryKey = `{spec}:delivery:${delivery.id}`;
const text = (value: string) => Buffer.from(value);
const form = Buffer.of(1);
/** Documents that hold this value, valid or not. */
const callWith = (value: unknown) => Buffer.concat([form, versionBytes(1), pack(value)]);
const formed = (value: unknown) => Buffer.concat([form, pack(value)]);
/** The stored form of an ended attempt: its CDR with the rest. */
const endedWith = (value: Json) =>
  callWith({ ...value, attempt: { plan: open.plan, settledAt: 1, reportedBy: 'dialer', mapped: true } });
const readOpen = (v: string | null, doc: Buffer | null, ...noted: (string | null)[]) =>
  decodeAttempt(
    keys,
    [v, doc, ...noted].map((field) => (typeof field === 'string' ? text(field) : field)),
    null,
  );

type Json = Record<string, unknown>;
/** A record with another value in one field, which a path names. Undefined: the field is missing. */
function damaged(record: Json, path: string, value: unknown): Json {
  const copy = structuredClone(record);
  const names = path.split('.');
  const last = names.pop() ?? '';
  const instanceId = names.reduce((at: Json, name) => at[name] as Json, copy);
  instanceId[last] = value;
  return JSON.parse(JSON.stringify(copy));
}

describe('the records of an earlier version', () => {
  const file = new URL('../../../../test/fixtures/records-3b72cc2/records.json', import.meta.url);
  const fixture: { readonly keys: Record<string, { readonly value: string & Record<string, string> }> } = JSON.parse(
    readFileSync(file, 'utf8'),
  );
  const bytes = (value: string | undefined) => (value === undefined ? null : Buffer.from(value, 'latin1'));
  const read = {
    call: (key: string, value: string) => decodeCall(key, bytes(value))?.value.id,
    attempt: (_key: string, value: Record<string, string>) =>
      decodeAttempt(
        keys,
        attemptFields.map((field) => bytes(value[field])),
        null,
      )?.value.id,
    cdr: (key: string, value: string) => {
      expect(decodeCdr(key, bytes(value))?.id).toBe(key.slice(key.lastIndexOf(':') + 1));
      return decodeAttempt(keys, [null, null], bytes(value))?.value.id;
    },
    delivery: (key: string, value: string) => decodeDelivery(key, bytes(value))?.id,
  };

  it.each(Object.keys(read) as (keyof typeof read)[])('is read: each %s', (kind) => {
    const found = Object.entries(fixture.keys).filter(([key]) => key.includes(`:${kind}:`));
    expect(found.length).toBeGreaterThan(0);
    for (const [key, { value }] of found) expect(read[kind](key, value)).toBe(key.slice(key.lastIndexOf(':') + 1));
  });
});

describe('a compact value', () => {
  it.each([
    ['lists, empty and nested', { history: [[], [1, [2]], [null]], limits: [] }],
    ['numbers', [0, -1, 127, 128, 2 ** 32, at, Number.MAX_SAFE_INTEGER, 0.5, 1e300]],
    ['words of any script, empty ones and long ones', ['', 'é', '😀', 'x'.repeat(70_000)]],
    ['names that are numbers, or that objects have by themselves', { 0: 1, constructor: 2, toString: 3 }],
    ['a client’s variables with the names of fields', { variables: { id: 'x', state: 'y', A: 'z' } }],
    ['ids at the ends of what an id can be', ['call_00000000000000000000000000', 'att_7ZZZZZZZZZZZZZZZZZZZZZZZZZ']],
    [
      'what looks like an id and is none',
      ['call_80000000000000000000000000', 'att_01JZ3R4M8Q00XK2T7B5N0CDEFI', 'att_'],
    ],
    ['values that stand for themselves', [true, false, null]],
  ])('comes back as JSON would bring it back: %s', (_what, value) => {
    expect(unpack(pack(value))).toStrictEqual(JSON.parse(JSON.stringify(value)));
  });

  it('keeps a field named __proto__ a field', () => {
    const hostile = JSON.parse('{"__proto__":{"status":"x"}}');
    expect(JSON.stringify(unpack(pack(hostile)))).toBe(JSON.stringify(hostile));
  });

  it('leaves out what is undefined', () => {
    expect(unpack(pack({ id: undefined, state: 1 }))).toStrictEqual({ state: 1 });
  });

  it('is less than half of the JSON of a call', () => {
    expect(encodeCall(1, call).length).toBeLessThan(JSON.stringify(call).length / 2.5);
  });

  it.each([
    ['a field whose number no version has given', [60_000, 1]],
    ['a field without a value', [0]],
    ['bytes that are no id', Buffer.from('abc')],
    ['a date', new Date(0)],
  ])('is refused when it holds %s', (_what, value) => {
    expect(() => unpack(new Packr({ useRecords: false }).pack(value))).toThrow();
  });

  it('has a number for each field of a record', () => {
    const named = (value: unknown): string[] => {
      if (Array.isArray(value)) return value[0] === null ? value.slice(1).flatMap(named) : fieldsOf(value);
      return [];
    };
    const fieldsOf = (list: readonly unknown[]): string[] =>
      list.flatMap((item, i) => (i % 2 === 0 ? (typeof item === 'string' ? [item] : []) : named(item)));
    const stored = [{ ...call, request: { ...call.request, variables: {}, headers: {} } }, ended, open, attempt, cdr];
    const asked = [...stored.map((record) => ({ ...record, request: {} })), delivery, evidence];
    expect(asked.flatMap((record) => named(new Packr({ useRecords: false }).unpack(pack(record))))).toEqual([]);
  });
});

it('fields that a later version adds are kept, at any depth', () => {
  const added = (record: Json, ...paths: string[]) =>
    paths.reduce((made, path) => damaged(made, path, { new: [1] }), record);
  const later = added(
    call as unknown as Json,
    'later',
    'request.later',
    'request.dial1.later',
    'state.later',
    'request.retryPolicy.later',
  );
  expect(decodeCall('key', encodeCall(1, later as never))?.value).toEqual(later);
  const attempted = added(open as unknown as Json, 'later', 'plan.later');
  expect(readOpen('1', encodeAttempt(attempted as never))?.value).toEqual(attempted);
  const reported = added(cdr as unknown as Json, 'later', 'dial1.later', 'evidence.later');
  const settled = added(attempt as unknown as Json, 'later', 'plan.later');
  const stored = encodeEndedAttempt(2, settled as never, reported as never);
  expect(decodeCdr('key', stored)).toEqual(reported);
  expect(decodeAttempt(keys, [null, null], stored)?.value).toMatchObject({ later: { new: [1] }, plan: settled.plan });
  const sent = added(delivery as unknown as Json, 'later');
  expect(decodeDelivery(deliveryKey, encodeDelivery(sent as never))).toEqual(sent);
});

it('a record in the form of a later version is refused with the error of that name', () => {
  const later = (bytes: Buffer) => Buffer.concat([Buffer.of(2), bytes.subarray(1)]);
  const refusal = new UnknownForm('key', 2);
  expect(refusal.message).toContain('form 2');
  expect(refusal).toBeInstanceOf(MalformedRecord);
  expect(() => decodeCall('key', later(encodeCall(1, call)))).toThrow(refusal);
  expect(() => decodeCdr('key', later(encodeEndedAttempt(1, attempt, cdr)))).toThrow(refusal);
  expect(() => decodeDelivery('key', later(encodeDelivery(delivery)))).toThrow(refusal);
  expect(() => readOpen('1', later(encodeAttempt(open)))).toThrow(UnknownForm);
});

describe('a call in Redis', () => {
  it('is read as it was written, with its version', () => {
    for (const version of [1, 17, 65_536, 2 ** 32 - 1])
      expect(decodeCall('key', encodeCall(version, call))).toEqual({ value: call, version });
  });

  it('is undefined where there is none', () => {
    expect(decodeCall('key', null)).toBeUndefined();
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['a form alone', form],
    ['a version alone', Buffer.concat([form, versionBytes(1)])],
    ['half a version', Buffer.from([1, 0, 0])],
    ['half a record', encodeCall(1, call).subarray(0, 40)],
    ['a record with more behind it', Buffer.concat([encodeCall(1, call), Buffer.of(1)])],
    ['text', text(`1 ${JSON.stringify(call)}`)],
    ['a list', callWith([])],
    ['null', callWith(null)],
    ['an id alone', callWith({ id: callId })],
    ['no state', callWith({ id: callId, state: null, request: {} })],
    ['no request', callWith({ id: callId, state: { status: 'queued' }, request: {} })],
  ])('is refused when it is %s, without quoting it', (_what, raw) => {
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
    const raw = callWith(damaged(call as unknown as Json, path, value));
    expect(() => decodeCall('key', raw)).toThrow(new MalformedRecord('key'));
  });

  it('is refused when it is under way or has ended, without the instant', () => {
    for (const [record, path] of [
      [dialing, 'state.startedAt'],
      [ended, 'state.endedAt'],
      [ended, 'state.reason'],
    ] as const) {
      expect(() => decodeCall('key', callWith(damaged(record as unknown as Json, path, null)))).toThrow(
        MalformedRecord,
      );
    }
  });
});

describe('an open attempt in Redis', () => {
  const doc = encodeAttempt(open);

  it('is read with the progress beside it', () => {
    const progress = { ringingAt: 100, answeredAt: 200, dial2UniqueId: '17.1' };
    expect(readOpen('1', doc, '100', '200', '17.1')).toEqual({ value: { ...open, ...progress }, version: 1 });
  });

  it('takes its document’s values before the progress', () => {
    expect(readOpen('2', encodeAttempt({ ...open, ringingAt: 5 }), '100', null)?.value.ringingAt).toBe(5);
  });

  it('is undefined where there is none, and refused when it is half there', () => {
    expect(readOpen(null, null, null, null)).toBeUndefined();
    expect(() => readOpen('1', null, null, null)).toThrow(MalformedRecord);
    expect(() => readOpen(null, doc, null, null)).toThrow(MalformedRecord);
    expect(() => readOpen('01', doc, null, null)).toThrow(MalformedRecord);
    expect(() => readOpen('1', formed({}), null, null)).toThrow(MalformedRecord);
    expect(() => readOpen('1', formed({ id: 'a', callId: 'c', plan: {} }), null, null)).toThrow(MalformedRecord);
  });

  it.each([
    ['limits', undefined],
    ['limits', [1]],
    ['plan', {}],
    ['slot', null],
    ['originatedAt', 'x'],
    ['ended', true],
  ])('is refused when its %s is %j', (path, value) => {
    const raw = formed(damaged(open as unknown as Json, path, value));
    expect(() => readOpen('1', raw, null, null)).toThrow(new MalformedRecord('attempt'));
  });

  it('whose progress is no instant is refused', () => {
    expect(() => readOpen('1', doc, 'soon', null)).toThrow(MalformedRecord);
  });
});

describe('an ended attempt in Redis', () => {
  const stored = encodeEndedAttempt(2, attempt, cdr);

  it('is read as it was written, from the record of its CDR', () => {
    expect(decodeAttempt(keys, [null, null], stored)).toEqual({ value: attempt, version: 2 });
    expect(decodeCdr('key', stored)).toEqual(cdr);
  });

  it('is read with the outcome of either side', () => {
    const connected: Evidence = {
      dial1AnsweredAt: at,
      dial2Hangup: { cause: 16, sipCode: 200, uniqueId: '17.2', at: at + 9_000 },
      journalEnded: {
        dialStatus: 'ANSWER',
        dial1Cause: 16,
        endedBy: 'dial2',
        talkMs: 5_000,
        dialMs: 8_000,
        ringMs: 3_000,
        answeredAt: at,
        endedAt: at + 9_000,
        transferred: 'dial1',
      },
    };
    const notSent: Evidence = { refused: { message: 'x', at, byUs: true, code: 'late' } };
    const each: readonly Evidence[] = [connected, {}, { lostAt: at }, notSent];
    for (const facts of each) {
      const became = outcomeOf(facts, at + 9_000);
      const over = { ...attempt, ended: { outcome: became, evidence: facts, settledAt: at, reportedBy: 'x' } };
      const bytes = encodeEndedAttempt(3, over, cdrOf(ended, over, became, facts));
      expect(decodeAttempt(keys, [null, null], bytes)).toEqual({ value: over, version: 3 });
    }
  });

  it('counts before an open one: it was settled between the two reads', () => {
    const fields = [text('1'), encodeAttempt(open), null, null, null];
    expect(decodeAttempt(keys, fields, stored)?.value).toEqual(attempt);
  });

  it.each([
    ['dial1', null],
    ['evidence', null],
    ['evidence', { dial1Hangup: 1 }],
    ['disposition', undefined],
  ])('is refused when its %s is %j', (path, value) => {
    const raw = endedWith(damaged(cdr as unknown as Json, path, value));
    expect(() => decodeAttempt(keys, [null, null], raw)).toThrow(new MalformedRecord('cdr'));
  });

  it('is refused when only its CDR is there', () => {
    expect(() => decodeCdr('key', callWith(cdr))).toThrow(MalformedRecord);
    expect(() => decodeAttempt(keys, [null, null], callWith({ ...cdr, attempt: {} }))).toThrow(MalformedRecord);
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
  expect(() => decodeCdr('key', endedWith(damaged(cdr as unknown as Json, path, value)))).toThrow(
    new MalformedRecord('key'),
  );
});

it.each([
  ['tenantId', undefined],
  ['status', 'lost'],
  ['createdAt', null],
  ['tries', undefined],
  ['lastTryAt', 'x'],
  ['lastError', {}],
])('a delivery is refused when its %s is %j', (path, value) => {
  expect(() => decodeDelivery('key', formed(damaged(delivery as unknown as Json, path, value)))).toThrow(
    new MalformedRecord('key'),
  );
});

it('a CDR or delivery with nothing but its id is refused', () => {
  expect(() => decodeCdr('key', callWith({ id: 'a' }))).toThrow(MalformedRecord);
  expect(() => decodeDelivery('key', formed({ id: 'a' }))).toThrow(MalformedRecord);
  expect(decodeCdr('key', null)).toBeUndefined();
  expect(decodeDelivery('key', null)).toBeUndefined();
});

it('a delivery has its id, its attempt and its sink from its key', () => {
  expect(decodeDelivery(deliveryKey, encodeDelivery(delivery))).toEqual(delivery);
  expect(encodeDelivery(delivery).includes('crm')).toBe(false);
});

it('among many, a damaged record is left out and its key reported; any other failure fails the read', () => {
  const found: string[] = [];
  const tell = (key: string): void => void found.push(key);
  expect(unlessMalformed(tell, () => decodeDelivery(deliveryKey, encodeDelivery(delivery)))).toEqual(delivery);
  expect(unlessMalformed(tell, () => decodeDelivery('b', text('{')))).toBeUndefined();
  expect(found).toEqual(['b']);
  const broken = (): never => {
    throw new TypeError('a bug');
  };
  expect(() => unlessMalformed(tell, broken)).toThrow(TypeError);
});
