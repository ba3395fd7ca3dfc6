import type { AttemptRecord, Call, Delivery } from '@redial/call';
import { Evidence, endedCallStatuses } from '@redial/call';
import { z } from 'zod';
import type { StoredEndedAttempt } from './ended-attempt.ts';

/**
 * The shape that a record must have for its readers: every field that is read, with its type and nothing more. The
 * *content* of a field was checked when it was written. Here a record is only distinguished from damage: half a write,
 * another program's key, an edit in redis-cli.
 *
 * A later version's record has fields that are not named here (docs/decisions/0016). They are not checked, and not
 * lost: the result of zod is not used. So an object here is never strict. It is never loose either, which would take
 * twice the time. A thousand calls are parsed as JSON in 2.5 ms, and checked in 1.4 ms more.
 *
 * A missing required field of a record does not compile.
 */
type RequiredOf<T> = { [K in keyof T]-?: object extends Pick<T, K> ? never : K }[keyof T];
type ShapeOf<T> = Readonly<Record<RequiredOf<T>, z.ZodType>> & Partial<Readonly<Record<keyof T, z.ZodType>>>;

/** Epoch ms within what a Date can hold: beyond it formatting throws. */
const at = z.number().min(0).max(8.64e15);
const text = z.string();
const count = z.number();

/** A `z.record` of texts, in a fifth of its time: a listing reads a thousand of them. */
const texts = z.custom<Record<string, string>>(
  (value) =>
    typeof value === 'object' && value !== null && Object.values(value).every((field) => typeof field === 'string'),
);

const destination = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('extension'), extension: text }),
  z.object({ kind: z.literal('number'), e164: text, trunk: text }),
  z.object({ kind: z.literal('service'), service: text }),
  z.object({ kind: z.literal('context'), context: text, exten: text, e164: text.optional() }),
]);

const retries = z.object({ maxRetries: count, delaySeconds: count });

const request = z.object({
  dial1: destination,
  dial2: destination,
  callerId: text.optional(),
  dial1CallerId: text.optional(),
  dial1CallerName: text.optional(),
  dial1RingTimeoutSeconds: count,
  dial2RingTimeoutSeconds: count,
  talkLimitSeconds: count,
  notBeforeAt: at.optional(),
  expiresAt: at.optional(),
  retryPolicy: retries.extend({
    perDisposition: z.object({}),
    until: text,
    networkBudget: retries.extend({ windowSeconds: count }),
    retryUnknown: z.boolean(),
  }),
  clientInfo: text.optional(),
  recording: z.object({ under: text }).optional(),
  variables: texts,
  headers: z.object({ dial1: texts, dial2: texts }),
  priority: count,
} satisfies ShapeOf<Call['request']>);

/** Any other status is damage. A new status must be readable one version before it is written. */
const state = z.discriminatedUnion('status', [
  z.object({
    status: z.enum(['scheduled', 'queued', 'waiting']),
    attemptId: text,
    attemptNumber: count,
    dueAt: at,
    nextGateCheckAt: at.optional(),
  }),
  z.object({
    status: z.literal('dialing'),
    attemptId: text,
    attemptNumber: count,
    startedAt: at,
    cancelRequestedAt: at.optional(),
  }),
  z.object({ status: z.enum(endedCallStatuses), endedAt: at, reason: text }),
]);

export const CallShape = z.object({
  id: text,
  tenantId: text,
  dialect: text,
  reference: text,
  request,
  acceptedAt: at,
  state,
  history: z.array(
    z.object({
      attemptId: text,
      disposition: text,
      connected: z.boolean(),
      dial1Answered: z.boolean(),
      endedAt: at,
    } satisfies ShapeOf<Call['history'][number]>),
  ),
  gateNote: z.object({ gate: text, decision: text, reason: text, at, until: at.optional() }).optional(),
} satisfies ShapeOf<Call>);

const leg = z.object({
  disposition: text,
  cause: count.optional(),
  sipCode: count.optional(),
  reason: count.optional(),
  dialStatus: text.optional(),
});

const outcome = z.object({
  disposition: text,
  connected: z.boolean(),
  dial1: leg,
  dial2: leg.nullable(),
  talkMs: count.nullable(),
  endedBy: text.nullable(),
  endedAt: at,
  lost: z.boolean(),
});

export const AttemptShape = z.object({
  id: text,
  callId: text,
  tenantId: text,
  attemptNumber: count,
  dueAt: at,
  plan: z.object({
    dial1RingTimeoutMs: count,
    dial2RingTimeoutMs: count,
    talkLimitMs: count,
    legs: z.object({ dial1: text, dial2: text }),
  } satisfies ShapeOf<AttemptRecord['plan']>),
  pbx: text,
  pbxStartedAt: text,
  slot: count,
  limits: z.array(text),
  legLimits: z.object({ dial1: z.array(text), dial2: z.array(text) }),
  originatedAt: at,
  claimedBy: text,
  ringingAt: at.optional(),
  answeredAt: at.optional(),
  dial2UniqueId: text.optional(),
  ended: z.object({ outcome, evidence: Evidence, settledAt: at, reportedBy: text }).optional(),
} satisfies ShapeOf<AttemptRecord>);

const cdrLeg = leg.extend({
  destination,
  ringingAt: at.optional(),
  ringMs: count.optional(),
  answeredAt: at.optional(),
});

export const CdrShape = z.object({
  id: text,
  callId: text,
  tenantId: text,
  dialect: text,
  reference: text,
  attemptNumber: count,
  pbx: text,
  disposition: text,
  class: text,
  connected: z.boolean(),
  dial1: cdrLeg,
  dial2: cdrLeg.extend({ uniqueId: text.optional() }),
  callerId: text.optional(),
  dial1CallerId: text.optional(),
  recording: z.object({ under: text }).optional(),
  dtmfDigit: text.optional(),
  clientInfo: text.optional(),
  dueAt: at,
  startedAt: at,
  endedAt: at,
  talkMs: count.nullable(),
  endedBy: text.nullable(),
  lost: z.boolean(),
  callStatus: text,
  nextAttemptAt: at.optional(),
  evidence: Evidence,
  /** The fields that the CDR lacks: see ended-attempt.ts. */
  attempt: z.object({ settledAt: at, reportedBy: text, mapped: z.boolean() }),
} satisfies ShapeOf<StoredEndedAttempt>);

export const DeliveryShape = z.object({
  id: text,
  tenantId: text,
  callId: text,
  attemptId: text,
  sink: text,
  follows: text.optional(),
  status: z.enum(['pending', 'delivered', 'dead']),
  createdAt: at,
  tries: count,
  lastTryAt: at.optional(),
  nextTryAt: at.optional(),
  lastError: text.optional(),
} satisfies ShapeOf<Delivery>);
