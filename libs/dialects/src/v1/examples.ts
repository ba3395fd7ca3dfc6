import { RetryPolicy } from '@redial/call';
import type { z } from 'zod';
import { exampleIds as ids } from '../shared/example-ids.ts';
import { AttemptReply, CallReply, CallSummaryReply, LegReply } from './reply-schema.ts';
import { CdrNotification } from './to-notification.ts';

// The answers in the documentation: those of the first call that `npm start` prints. A field that is not named here is
// null.

const at = (second: string) => `2026-11-30T11:00:${second}+02:00`;
const inUtc = (second: string) => `2026-11-30T09:00:${second}Z`;

const dial1 = { kind: 'extension', extension: '1001' };
const dial2 = { kind: 'number', number: '+27820001234', trunk: 'carrier' };
const answered = { disposition: 'answered', cause: 16 };
const outcome = {
  pbx: 'main',
  disposition: 'answered',
  class: 'answered',
  connected: true,
  talkMs: 9_870,
  endedBy: 'dial2',
  lost: false,
  recording: `/v1/recordings/${ids.attempt}`,
};

const attempt = filled(AttemptReply, {
  ...{ ...outcome, id: ids.attempt, number: 1, state: 'ended' },
  ...{ dueAt: at('00.000'), startedAt: at('00.040'), endedAt: at('14.310') },
  dial1: filled(LegReply, { ...answered, reason: 4, ringingAt: at('00.120'), ringMs: 2_080, answeredAt: at('02.200') }),
  dial2: filled(LegReply, { ...answered, dialStatus: 'ANSWER', answeredAt: at('04.440') }),
});

const summary = {
  id: ids.call,
  reference: ids.call,
  state: 'completed',
  reason: 'connected',
  acceptedAt: at('00.000'),
  endedAt: at('14.310'),
  attemptsMade: 1,
  ...{ dial1, dial2, callerId: '27110001111', record: true, priority: 5, dialect: 'v1' },
};
export const callSummaryExample = filled(CallSummaryReply, summary);
export const callExample = filled(CallReply, {
  ...summary,
  attempts: [attempt],
  ...{ dial1RingTimeoutSeconds: 20, dial2RingTimeoutSeconds: 30, talkLimitSeconds: 14_400 },
  retryPolicy: RetryPolicy.parse({ maxRetries: 0, delaySeconds: 60 }),
  variables: {},
  headers: { dial1: {}, dial2: {} },
});

export const deliveryExample = {
  ...{ id: `${ids.attempt}.crm`, callId: ids.call, attemptId: ids.attempt, sink: 'crm', state: 'dead' },
  ...{ createdAt: at('14.320'), tries: 10, lastTryAt: '2026-12-04T00:35:00.000+02:00', lastError: 'HTTP 500' },
};

export const cdrExample = filled(CdrNotification, {
  ...outcome,
  ...{ id: ids.attempt, callId: ids.call, tenantId: 'demo', reference: ids.call, dialect: 'v1', attemptNumber: 1 },
  ...{ dueAt: inUtc('00.000'), startedAt: inUtc('00.040'), endedAt: inUtc('14.310'), callerId: '27110001111' },
  dial1: filled(CdrNotification.shape.dial1, {
    ...{
      ...answered,
      destination: dial1,
      reason: 4,
      ringingAt: inUtc('00.120'),
      ringMs: 2_080,
      answeredAt: inUtc('02.200'),
    },
    uniqueId: ids.attempt,
  }),
  dial2: filled(CdrNotification.shape.dial2, {
    ...{ ...answered, destination: dial2, dialStatus: 'ANSWER', answeredAt: inUtc('04.440') },
    uniqueId: '1795236147.39',
  }),
  call: { state: 'completed', nextAttemptAt: null },
});
export const cdrWebhookExample = { type: 'cdr', timestamp: inUtc('14.320'), data: cdrExample };

function filled(schema: z.ZodObject, values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.keys(schema.shape).map((name) => [name, values[name] ?? null]));
}
