import {
  AttemptId,
  type AttemptRecord,
  acceptCall,
  type Call,
  CallId,
  type Evidence,
  type JournalEnded,
  outcomeOf,
  stepCall,
  type Tenant,
} from '@redial/call';
import { describe, expect, it, test } from 'vitest';
import { acme, contextOf, now } from '../../testing/acme.ts';
import { type ProblemCode, problem, problems } from '../shared/problem.ts';
import { CallReply, ProblemReply } from './reply-schema.ts';
import { toCallRequest } from './to-call-request.ts';
import { callReply, problemReply, problemValue } from './to-reply.ts';

const id = CallId.parse('call_01JZ3R4M8Q6V9XK2T7B5N0CDEF');
const attemptId = AttemptId.parse('att_01JZ3R4M8Q6V9XK2T7B5N0CDEF');
const nextAttemptId = AttemptId.parse('att_01JZ3R4M8Q6V9XK2T7B5N0CDEG');

function call(more: Readonly<Record<string, unknown>> = {}): Call {
  const parsed = toCallRequest({ dial1: '1001', dial2: '0820001234', ...more }, contextOf());
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return acceptCall({
    id,
    attemptId,
    tenantId: 'acme',
    dialect: 'v1',
    reference: parsed.reference,
    request: parsed.request,
    at: now,
  }).call;
}

function reply(shown: Call, at = now): CallReply {
  return CallReply.parse(callReply({ call: shown, attempts: [], tenant: acme, now: at }));
}

describe('a call', () => {
  it("has its instants in the tenant's time zone", () => {
    const shown = reply(call({ notBefore: '202601161000', expiresAt: '2026-01-17T00:00:00Z' }));
    expect(shown).toMatchObject({
      state: 'scheduled',
      acceptedAt: '2026-01-15T12:00:00.000+02:00',
      notBefore: '2026-01-16T10:00:00.000+02:00',
      expiresAt: '2026-01-17T02:00:00.000+02:00',
      nextAttempt: { id: attemptId, number: 1, dueAt: '2026-01-16T10:00:00.000+02:00' },
    });
  });

  it('whose attempt record is gone is shown from its own history', () => {
    const dialing = stepCall(call(), { type: 'dial', attemptId, at: now }).call;
    expect(reply(dialing).attempts).toMatchObject([{ id: attemptId, state: 'originating', pbx: null }]);
    const ended: Call = {
      ...dialing,
      state: { status: 'exhausted', endedAt: now, reason: 'retries_used_up' },
      history: [{ attemptId, disposition: 'busy', connected: false, dial1Answered: true, endedAt: now }],
    };
    expect(reply(ended).attempts).toMatchObject([
      { state: 'ended', disposition: 'busy', class: 'callee', dial1: null, dial2: null },
    ]);
  });
});

describe('the request of a call', () => {
  it('is shown in the reply', () => {
    const asked = call({
      dial1: '*601',
      dial2: '0820001234',
      dial1CallerName: 'Zoë',
      clientInfo: 'order "7"',
      record: true,
    });
    expect(reply(asked)).toMatchObject({
      dial1: { kind: 'service', service: 'sales' },
      dial1CallerName: 'Zoë',
      clientInfo: 'order "7"',
      record: true,
    });
    expect(reply(call())).toMatchObject({ dial1CallerName: null, clientInfo: null, record: false });
  });

  test.each([
    ['digits', '7001'],
    ['a number', '0820001234'],
  ])('is shown as it was written where a context routes %s', (_what, dial1) => {
    expect(reply(call({ dial1, dial2: '0820009999', dial1Context: 'main_routing' })).dial1).toEqual({
      kind: 'context',
      context: 'main_routing',
      exten: dial1,
    });
  });
});

describe('an attempt', () => {
  const answered: JournalEnded = {
    dialStatus: 'ANSWER',
    dial1Cause: 16,
    talkMs: 5_000,
    dialMs: 6_000,
    answeredAt: now + 2_000,
    endedAt: now + 8_000,
  };
  function attempt(more: Partial<JournalEnded>, asked: Readonly<Record<string, unknown>>) {
    const dialing = stepCall(call(asked), { type: 'dial', attemptId, at: now }).call;
    const evidence: Evidence = { journalEnded: { ...answered, ...more } };
    const outcome = outcomeOf(evidence, now + 8_000);
    const ended = stepCall(dialing, { type: 'settle', attemptId, at: now + 8_000, outcome, nextAttemptId }).call;
    const record: AttemptRecord = {
      id: attemptId,
      callId: id,
      tenantId: 'acme',
      attemptNumber: 1,
      dueAt: now,
      plan: {
        dial1RingTimeoutMs: 15_000,
        dial2RingTimeoutMs: 25_000,
        talkLimitMs: 3_600_000,
        legs: { dial1: 'extension', dial2: 'trunk' },
      },
      pbx: 'pbx-1',
      pbxStartedAt: 'boot',
      slot: 1,
      limits: [],
      legLimits: { dial1: [], dial2: [] },
      claimedBy: 'run.1',
      originatedAt: now,
      ended: { outcome, evidence, settledAt: now + 8_000, reportedBy: 'results' },
    };
    return CallReply.parse(callReply({ call: ended, attempts: [record], tenant: acme, now: now + 9_000 })).attempts[0];
  }

  test.each([
    ['that was recorded names where', { recorded: true }, { record: true }, `/v1/recordings/${attemptId}`],
    ['whose recording never began names none', {}, { record: true }, null],
    ['without a request to record names none', { recorded: true }, {}, null],
  ] as const)('%s', (_what, more, asked, recording) => {
    expect(attempt(more, asked)).toMatchObject({ recording, connected: true });
  });

  it('states the key that was pressed during an announcement, or that none was', () => {
    expect(attempt({ dtmfDigit: '2' }, { dial2: '#71' })?.dtmfDigit).toBe('2');
    expect(attempt({}, { dial2: '#71' })?.dtmfDigit).toBeNull();
  });

  it('in progress has neither yet', () => {
    const dialing = stepCall(call({ record: true }), { type: 'dial', attemptId, at: now }).call;
    expect(reply(dialing).attempts).toMatchObject([{ recording: null, dtmfDigit: null }]);
  });
});

describe('why it has not been dialled yet', () => {
  const later = call({ notBefore: '202601161000' });
  const deferred = stepCall(call(), {
    type: 'defer',
    attemptId,
    at: now,
    until: now + 60_000,
    gate: 'window',
    reason: 'outside the calling window',
    late: false,
  }).call;
  const paused = { ...acme, paused: true };

  test.each<[string, Call, number, Tenant, string, string]>([
    ['it is not due', later, now, acme, 'due', 'It is not due before 2026-01-16T10:00:00.000+02:00.'],
    [
      'a gate put it off',
      deferred,
      now,
      acme,
      'window',
      'It was put off: outside the calling window. It is tried again at 2026-01-15T12:01:00.000+02:00.',
    ],
    [
      'a gate had put it off',
      deferred,
      now + 120_000,
      acme,
      'window',
      'It is due since 2026-01-15T12:01:00.000+02:00; last time it was put off: outside the calling window.',
    ],
    [
      'it waits for a dialer',
      call(),
      now,
      acme,
      'queue',
      'It is due since 2026-01-15T12:00:00.000+02:00 and waits for a dialer.',
    ],
    ['the tenant is paused', call(), now, paused, 'paused', 'It is due, but: the tenant is paused.'],
    [
      'its number is forbidden',
      call(),
      now,
      { ...acme, doNotCall: ['27820001234'] },
      'do_not_call',
      'It is due, but: a number of this call is on the do-not-call list.',
    ],
  ])('%s', (_name, shown, at, tenant, gate, sentence) => {
    const { whyNotDialedYet } = callReply({ call: shown, attempts: [], tenant, now: at });
    expect(whyNotDialedYet).toMatchObject({ gate, sentence });
  });

  it('states that the dial queue is paused, whatever the call waited for before', () => {
    for (const [shown, at] of [
      [call(), now],
      [deferred, now + 120_000],
    ] as const) {
      const view = { call: shown, attempts: [], tenant: acme, now: at };
      const { whyNotDialedYet } = callReply({ ...view, isDialQueuePaused: true });
      expect(whyNotDialedYet).toMatchObject({
        gate: 'queue',
        sentence: expect.stringContaining('the dial queue is paused'),
      });
    }
    expect(
      callReply({ call: later, attempts: [], tenant: acme, now, isDialQueuePaused: true }).whyNotDialedYet,
    ).toMatchObject({
      gate: 'due',
    });
  });

  it('states that an attempt was not sent, and that no phone has rung', () => {
    const notSent = {
      attemptId,
      disposition: 'not_sent',
      notSentCode: 'late',
      connected: false,
      dial1Answered: false,
      endedAt: now,
    } as const;
    const dueAt = now + 60_000;
    const waiting: Call = {
      ...call(),
      state: { status: 'waiting', attemptId: nextAttemptId, attemptNumber: 2, dueAt },
      history: [notSent],
    };
    expect(reply(waiting).whyNotDialedYet?.sentence).toMatch(
      /^Redial did not send its last attempt \(late\), and no phone has rung; the next is due at /,
    );
    expect(reply(waiting).attempts).toMatchObject([
      { disposition: 'not_sent', class: 'not_sent', notSentCode: 'late' },
    ]);
    const over: Call = { ...waiting, state: { status: 'exhausted', endedAt: now, reason: 'not_sent_too_often' } };
    expect(reply(over).whyNotDialedYet?.sentence).toBe('It was never dialled: not_sent_too_often.');
  });

  it('is stated for a call that ended before it was dialled', () => {
    const blocked = stepCall(call(), {
      type: 'block',
      attemptId,
      at: now,
      gate: 'do_not_call',
      reason: 'a number is on the list',
    }).call;
    expect(reply(blocked).whyNotDialedYet).toEqual({
      gate: 'do_not_call',
      sentence: 'It was never dialled: a number is on the list.',
      until: null,
    });
  });

  it('is null for a dialled call', () => {
    expect(reply(stepCall(call(), { type: 'dial', attemptId, at: now }).call).whyNotDialedYet).toBeNull();
  });
});

describe('a problem', () => {
  test.each(Object.keys(problems) as ProblemCode[])('%s has a stable type and the documented shape', (code) => {
    const value = ProblemReply.parse(problemValue(problem(code), 'req_1'));
    expect(value).toMatchObject({
      type: `urn:redial:problem:${code}`,
      status: problems[code].status,
      requestId: 'req_1',
    });
  });

  it('keeps its own headers and Content-Type', () => {
    const { headers, status } = problemReply(problem('too_many_requests', { headers: { 'Retry-After': '7' } }));
    expect(status).toBe(429);
    expect(headers).toEqual({ 'Content-Type': 'application/problem+json; charset=utf-8', 'Retry-After': '7' });
  });
});
