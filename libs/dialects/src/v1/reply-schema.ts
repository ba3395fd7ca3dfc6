import {
  callStatuses,
  dispositions,
  notSentCodes,
  Reference,
  RetryPolicy,
  VariableName,
  VariableValue,
} from '@redial/call';
import { z } from 'zod';

export const Instant = z.string().meta({ format: 'date-time', description: 'RFC 3339, in your time zone.' });
export const CallIdText = z.string().meta({ examples: ['call_01JZ3R4M8Q6V9XK2T7B5N0CDEF'] });
export const DestinationReply = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('extension'), extension: z.string() }),
  z.strictObject({
    kind: z.literal('number'),
    number: z.string().meta({ description: '+ and E.164 digits.' }),
    trunk: z.string(),
  }),
  z.strictObject({
    kind: z.literal('service'),
    service: z.string().meta({ description: "Your tenant's name for a ring group, a queue, an announcement, ..." }),
  }),
  z.strictObject({
    kind: z.literal('context'),
    context: z.string(),
    exten: z.string().meta({ description: 'The digits that the context routes.' }),
  }),
]);
export type DestinationReply = z.infer<typeof DestinationReply>;

const classes = ['answered', 'callee', 'permanent', 'network', 'not_sent', 'canceled', 'unknown'] as const;

export const LegReply = z
  .strictObject({
    disposition: z.enum([...dispositions, 'not_dialed']),
    cause: z.int().nullable().meta({ description: 'Q.850 cause, raw.' }),
    sipCode: z.int().nullable().meta({ description: 'SIP response code, raw.' }),
    reason: z.int().nullable().meta({ description: "AMI's OriginateResponse Reason, raw (dial1)." }),
    dialStatus: z.string().nullable().meta({ description: "The dialplan's DIALSTATUS, raw (dial2)." }),
    ringingAt: Instant.nullable().meta({
      description: 'When it began to ring: 180, or early media. null: it never did.',
    }),
    ringMs: z.int().nullable().meta({ description: 'How long it rang before it answered or gave up.' }),
    answeredAt: Instant.nullable(),
  })
  .meta({ id: 'Leg', description: 'How one side of an attempt ended.' });
export type LegReply = z.infer<typeof LegReply>;

export const AttemptReply = z
  .strictObject({
    id: z.string().meta({ description: 'The id of the attempt, and of its CDR.' }),
    number: z.int().meta({ description: '1 for the first.' }),
    state: z.enum(['originating', 'ringing', 'answered', 'ended']),
    pbx: z.string().nullable(),
    dueAt: Instant.nullable(),
    startedAt: Instant.nullable().meta({
      description: 'When the attempt began: Originate is sent within five seconds, or not at all.',
    }),
    endedAt: Instant.nullable().meta({
      description: 'When its last channel ended, also where that was in another call.',
    }),
    transferredAt: Instant.nullable().meta({
      description:
        'When one side was handed over and went on in another call: dial1 and dial2 stopped talking then. null: neither was, or it is not known when.',
    }),
    disposition: z.enum(dispositions).nullable(),
    class: z.enum(classes).nullable(),
    notSentCode: z
      .enum(notSentCodes)
      .nullable()
      .meta({ description: 'Of `not_sent`, where it is known: why Redial itself did not send the attempt.' }),
    connected: z.boolean().nullable().meta({ description: 'Both sides talked.' }),
    talkMs: z.int().nullable().meta({ description: 'null if it cannot be known.' }),
    endedBy: z.enum(['dial1', 'dial2', 'redial']).nullable(),
    lost: z.boolean().nullable().meta({ description: 'Concluded from silence: no observer knew the attempt.' }),
    recording: z
      .string()
      .nullable()
      .meta({
        description: 'Where the recording can be fetched: a path of this API. null where there is none (yet).',
        examples: ['/v1/recordings/att_01JZ3R4M8Q6V9XK2T7B5N0CDEF'],
      }),
    dtmfDigit: z
      .string()
      .nullable()
      .meta({ description: 'The DTMF digit that was pressed at an announcement: 0 to 9.' }),
    dial1: LegReply.nullable(),
    dial2: LegReply.nullable(),
  })
  .meta({ id: 'Attempt' });
export type AttemptReply = z.infer<typeof AttemptReply>;

export const CallSummaryReply = z
  .strictObject({
    id: CallIdText,
    reference: Reference,
    state: z.enum(callStatuses),
    reason: z.string().nullable().meta({ description: 'Why it ended; null while it has not.' }),
    acceptedAt: Instant,
    endedAt: Instant.nullable(),
    cancelRequestedAt: Instant.nullable(),
    nextAttempt: z
      .strictObject({ id: z.string(), number: z.int(), dueAt: Instant })
      .nullable()
      .meta({ description: 'The planned attempt; null while one is under way and once the call has ended.' }),
    attemptsMade: z.int(),
    dial1: DestinationReply,
    dial2: DestinationReply,
    callerId: z.string().nullable(),
    dial1CallerId: z.string().nullable(),
    dial1CallerName: z.string().nullable(),
    record: z.boolean().meta({ description: "Whether it is recorded from dial2's answer on." }),
    clientInfo: z.string().nullable(),
    notBefore: Instant.nullable(),
    expiresAt: Instant.nullable(),
    priority: z.int(),
    dialect: z.string(),
  })
  .meta({ id: 'CallSummary' });
export type CallSummaryReply = z.infer<typeof CallSummaryReply>;

export const CallReply = CallSummaryReply.extend({
  whyNotDialedYet: z
    .strictObject({
      gate: z.string(),
      sentence: z.string(),
      until: Instant.nullable().meta({ description: 'When it is checked again; null if that is not known.' }),
    })
    .nullable()
    .meta({ description: 'What stands between the call and its next attempt; null once it is dialled.' }),
  attempts: z.array(AttemptReply).meta({ description: 'Oldest first, the one under way included.' }),
  dial1RingTimeoutSeconds: z.int(),
  dial2RingTimeoutSeconds: z.int(),
  talkLimitSeconds: z.int(),
  retryPolicy: RetryPolicy,
  variables: z.record(VariableName, VariableValue),
  headers: z.strictObject({ dial1: z.record(z.string(), z.string()), dial2: z.record(z.string(), z.string()) }),
}).meta({ id: 'Call' });
export type CallReply = z.infer<typeof CallReply>;

export const CallPageReply = z
  .strictObject({
    calls: z.array(CallSummaryReply).meta({ description: 'Newest first.' }),
    cursor: z.string().nullable().meta({ description: 'Ask for the next page with it; null on the last.' }),
  })
  .meta({ id: 'CallPage' });

const FieldErrorReply = z.strictObject({
  field: z.string().meta({ description: 'A JSON pointer into the body, or the name of a header or parameter.' }),
  message: z.string(),
});

export const ProblemReply = z
  .strictObject({
    type: z.string().meta({ description: 'Stable: compare it.', examples: ['urn:redial:problem:invalid_request'] }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    requestId: z.string().optional(),
    errors: z.array(FieldErrorReply).optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457.' });

export const BatchReply = z
  .strictObject({
    accepted: z.int(),
    rejected: z.int(),
    results: z
      .array(
        z.union([
          z.strictObject({ index: z.int(), accepted: z.literal(true), id: CallIdText, reference: z.string() }),
          z.strictObject({ index: z.int(), accepted: z.literal(false), problem: ProblemReply }),
        ]),
      )
      .meta({ description: 'One for each call, in the order in which they came.' }),
    refusalsLeftOut: z.int().optional().meta({
      description:
        'Only in the answer to a repetition with the same Idempotency-Key: so many refused calls are missing from `results`, because what is kept of refusals is bounded. Accepted calls are always there.',
    }),
  })
  .meta({ id: 'BatchResult' });
export type BatchReply = z.infer<typeof BatchReply>;

export const DeliveryReply = z
  .strictObject({
    id: z.string(),
    callId: CallIdText,
    attemptId: z.string(),
    sink: z.string(),
    state: z.enum(['pending', 'delivered', 'dead']),
    createdAt: Instant,
    tries: z.int(),
    lastTryAt: Instant.nullable(),
    lastError: z.string().nullable(),
  })
  .meta({ id: 'Delivery', description: 'One CDR on its way to one sink.' });
export type DeliveryReply = z.infer<typeof DeliveryReply>;

export const DeliveriesReply = z.strictObject({ deliveries: z.array(DeliveryReply) }).meta({ id: 'Deliveries' });
